//! Jobs that were named and cannot be changed.

use std::process::ExitCode;

use dossier_common::operations::{Order, Verb};
use dossier_common::queue::JobState;
use dossier_common::queue::backend::operator::Selection;
use dossier_common::store::Store;

use crate::cli::visible::visible;

/// So many are looked up at once.
const STEP: usize = 1000;

/// Of each job that was named and cannot be changed, why.
#[derive(Debug)]
pub(super) struct LeftAlone(Vec<String>);

impl LeftAlone {
    /// Those that `order` names and cannot be carried out on in the state they are in.
    pub(super) async fn of(store: &Store, order: &Order) -> anyhow::Result<Self> {
        let (mut why, verb) = (Vec::new(), order.verb);
        let Selection::Ids(ids) = &order.selection else {
            return Ok(Self(why));
        };
        for ids in ids.chunks(STEP) {
            let found = store.queue_operator().find_jobs(ids).await?;
            for id in ids {
                match found.iter().find(|job| &job.id == id) {
                    None => {
                        let id = visible(id.as_bytes());
                        why.push(format!("{id}: there is no such job (any more)"));
                    }
                    Some(job) if verb.applies_to(job.state) => {}
                    Some(job) => why.push(reason(id, job.state, verb)),
                }
            }
        }
        Ok(Self(why))
    }

    /// `code`, unless there is one of them.
    pub(super) fn exit_code(&self, code: ExitCode) -> ExitCode {
        match &self.0[..] {
            [] => code,
            _ => ExitCode::FAILURE,
        }
    }

    /// Says it, on standard error.
    pub(super) fn explain(&self) {
        for why in &self.0 {
            anstream::eprintln!("{why}");
        }
    }
}

fn reason(id: &str, state: JobState, verb: Verb) -> String {
    let states: Vec<&str> = verb.states().iter().map(|state| state.as_str()).collect();
    let (states, past, id) = (states.join(" or "), verb.past(), visible(id.as_bytes()));
    format!("{id}: is {state}, and only jobs that are {states} can be {past}")
}
