//! How long each command of a claim takes, by the driver's own events.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use apalis_mongodb::Collections;
use mongodb::bson::Document;
use mongodb::event::EventHandler;
use mongodb::event::command::CommandEvent;
use mongodb::options::ClientOptions;
use tokio::sync::Notify;

use crate::arguments::Settings;
use crate::candidate::{ApalisMongodb, Candidate, Observer, Queue};
use crate::child_task::{ChildReport, report_line};
use crate::gate;

/// The two commands of a claim.
#[derive(Clone, Copy)]
enum Step {
    /// Looks for candidates.
    Find,
    /// Takes them.
    Take,
}

/// The commands of claims that were seen, in milliseconds.
#[derive(Default)]
struct Seen {
    under_way: HashMap<i32, Step>,
    find: Vec<f64>,
    take: Vec<f64>,
}

impl Seen {
    fn note(&mut self, event: &CommandEvent) {
        match event {
            CommandEvent::Started(started) => {
                if let Some(step) = step_of(&started.command) {
                    self.under_way.insert(started.request_id, step);
                }
            }
            CommandEvent::Succeeded(succeeded) => {
                let millis = succeeded.duration.as_secs_f64() * 1000.0;
                match self.under_way.remove(&succeeded.request_id) {
                    Some(Step::Find) => self.find.push(millis),
                    Some(Step::Take) => self.take.push(millis),
                    None => {}
                }
            }
            _ => {}
        }
    }
}

/// A claim finds by the index `claim`, and takes with write concern 1; acknowledgements are
/// majority writes.
fn step_of(command: &Document) -> Option<Step> {
    let is = |key, text: &str| command.get_str(key).is_ok_and(|found| found == text);
    let jobs = Collections::default().jobs;
    if is("find", &jobs) && is("hint", "claim_order") {
        return Some(Step::Find);
    }
    let written_at_one = command
        .get_document("writeConcern")
        .is_ok_and(|concern| matches!(concern.get_i32("w"), Ok(1)));
    (is("update", &jobs) && written_at_one).then_some(Step::Take)
}

pub(super) async fn claim(
    candidate: Candidate,
    uri: &str,
    settings: Settings,
    jobs: u32,
    begin: &Path,
) -> anyhow::Result<()> {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let mut options = ClientOptions::parse(uri).await?;
    options.command_event_handler = Some(EventHandler::callback({
        let seen = Arc::clone(&seen);
        move |event| lock(&seen).note(&event)
    }));
    let queue = ApalisMongodb::with_options(candidate, options, &settings)?;
    let all_ran = Arc::new(Notify::new());
    report_line(&ChildReport::Ready {})?;
    gate::wait_at(begin).await;
    tokio::select! {
        ended = queue.work(settings, observer(jobs, &all_ran)) => ended?,
        () = all_ran.notified() => {}
    }
    let seen = lock(&seen);
    report_line(&ChildReport::Claims {
        find: seen.find.clone(),
        take: seen.take.clone(),
    })
}

/// Notifies when `jobs` handlers have run.
fn observer(jobs: u32, all_ran: &Arc<Notify>) -> Observer {
    let (left, all_ran) = (Mutex::new(jobs), Arc::clone(all_ran));
    Arc::new(move |_| {
        let mut left = lock(&left);
        *left = left.saturating_sub(1);
        if *left == 0 {
            all_ran.notify_one();
        }
    })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
