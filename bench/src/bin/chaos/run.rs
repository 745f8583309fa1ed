//! A run from its begin to its end.

use std::convert::Infallible;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use apalis_mongodb::setup;
use dossier_devstack::progress::{Progress, Step};
use dossier_devstack::testing::Proxy;
use mongodb::{Client, Database};

use crate::arguments::Arguments;
use crate::check::{self, Backlogs, Findings, Goals};
use crate::clock::now_millis;
use crate::clocks::FakeTime;
use crate::disturb;
use crate::history::{self, History, count_final, count_processes};
use crate::job::{DATABASE, EFFECTS, ORDERS, PROCESSES, STARTS, config};
use crate::pauses;
use crate::plan::{Plan, PlannedJob, Scale};
use crate::producer::Producer;
use crate::record::Record;
use crate::server::{self, Server};
use crate::workers::{Settings, Workers};

/// How often is looked how far the workers are.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// A backlog is so far drained when all workers are killed: every slot is busy, and most is left.
const KILL_AT: f64 = 0.2;

/// Reading what was written down takes a second.
const READ_LIMIT: Duration = Duration::from_secs(60);

/// A finished run.
pub(crate) struct Finished {
    pub(crate) server: String,
    pub(crate) fake_time: bool,
    pub(crate) history: History,
    pub(crate) findings: Findings,
}

/// Everything a run needs while it lasts.
struct Run {
    server: Server,
    database: Database,
    proxy: Proxy,
    workers: Workers,
    producer: Producer,
    record: Record,
    killed_at: Option<i64>,
}

/// Starts everything with its files in `folder`, carries out the plan, and checks what came of it.
pub(crate) async fn run(arguments: &Arguments, folder: &Path) -> anyhow::Result<Finished> {
    let scale = Scale::of(arguments);
    let plan = Plan::new(arguments.seed, &scale);
    let fake_time = FakeTime::find();
    let has_fake_time = fake_time.is_some();
    let mut run = Run::start(&scale, fake_time, folder).await?;
    let broken_off = match tokio::time::timeout(arguments.deadline(), run.carry_out(&plan)).await {
        Ok(outcome) => outcome.err().map(|error| format!("{error:#}")),
        Err(_) => Some(format!("it took longer than {:?}", arguments.deadline())),
    };
    let server = format!("MongoDB {}", run.server.version());
    let history = run.end(broken_off).await?;
    let goals = Goals::of(arguments);
    let backlogs = Backlogs {
        before: numbers(&plan.before),
        after: numbers(&plan.after),
    };
    Ok(Finished {
        server,
        fake_time: has_fake_time,
        findings: check::check(&history, &goals, &backlogs),
        history,
    })
}

impl Run {
    async fn start(
        scale: &Scale,
        fake_time: Option<FakeTime>,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let record = Record::default();
        tokio::spawn(pauses::watch(record.clone()));
        let server = Server::start(folder, scale.lease, record.clone()).await?;
        let uri = server.uri(scale.slots);
        let database = Client::with_uri_str(&uri).await?.database(DATABASE);
        // Collections cannot be created in transactions that race with each other.
        for name in [STARTS, EFFECTS, ORDERS, PROCESSES] {
            database.create_collection(name).await?;
        }
        setup(&database, &config(scale.lease, scale.slots)).await?;
        let proxy = Proxy::before(&uri).await?;
        let by_proxy = server::with_pool(&proxy.uri(DATABASE), scale.slots);
        let producer = Producer::connect(&uri, scale.lease, scale.slots).await?;
        let settings = Settings {
            uris: vec![uri, by_proxy],
            workers: scale.workers,
            slots: scale.slots,
            lease: scale.lease,
            fake_time,
            folder: folder.to_path_buf(),
        };
        Ok(Self {
            workers: Workers::start(settings, record.clone())?,
            server,
            database,
            proxy,
            producer,
            record,
            killed_at: None,
        })
    }

    async fn carry_out(&mut self, plan: &Plan) -> anyhow::Result<()> {
        let progress = Progress::detect();
        let disturbed: usize = plan.pushes.iter().map(|push| push.acknowledged()).sum();
        let (before, all) = (plan.before.len(), plan.before.len() + disturbed);

        let step = progress.begin("a backlog is drained undisturbed");
        self.workers_are_there().await?;
        self.producer.push_backlog(&plan.before).await;
        self.reach(before, &step).await?;
        step.done(&format!("{before} jobs drained undisturbed"));

        let step = progress.begin("workers and server are disturbed");
        let showing = show(self.database.clone(), self.record.clone(), &step);
        let Self {
            producer,
            workers,
            server,
            proxy,
            record,
            ..
        } = self;
        let disturbing = async {
            tokio::try_join!(
                producer.push_in_time(&plan.pushes),
                disturb::workers(&plan.disturbances, workers, proxy, record),
                disturb::server(&plan.outages, server),
            )
        };
        tokio::select! {
            disturbed = disturbing => disturbed?,
            never = showing => match never {},
        };
        self.reach(all, &step).await?;
        step.done(&format!("{disturbed} jobs finished between disturbances"));

        let step = progress.begin("all workers are killed while they drain a backlog");
        self.workers_are_there().await?;
        self.producer.push_backlog(&plan.after).await;
        let kill_at = (plan.after.len() as f64 * KILL_AT) as usize;
        self.reach(all + kill_at, &step).await?;
        self.killed_at = Some(self.workers.kill_all().await?);
        self.reach(all + plan.after.len(), &step).await?;
        step.done(&format!("{} jobs drained after a kill", plan.after.len()));
        Ok(())
    }

    /// Waits until every worker process has reached the server.
    async fn workers_are_there(&mut self) -> anyhow::Result<()> {
        let (database, names) = (self.database.clone(), self.workers.names());
        let reached = async move {
            let reaches = async || count_processes(&database, &names).await.unwrap_or(0);
            while reaches().await < names.len() as u64 {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            Ok(())
        };
        disturb::nobody(&mut self.workers, reached).await
    }

    /// Waits until so many jobs are finished.
    async fn reach(&mut self, count: usize, step: &Step) -> anyhow::Result<()> {
        let database = self.database.clone();
        let reached = async move {
            loop {
                // The server may be just about to come back.
                let finished = count_final(&database).await.unwrap_or(0);
                if finished >= count as u64 {
                    return Ok(());
                }
                step.update(format!("{finished} of {count} jobs are finished"));
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        disturb::nobody(&mut self.workers, reached).await
    }

    /// Stops everything and reads what is known.
    async fn end(mut self, broken_off: Option<String>) -> anyhow::Result<History> {
        let ended_at = now_millis();
        self.server.ensure_running().await?;
        self.workers.stop().await;
        let mut history = History {
            acknowledged: self.producer.acknowledged(),
            killed_at: self.killed_at,
            ended_at,
            broken_off,
            ..History::default()
        };
        let reading = history::read(&self.database, &mut history);
        let read = tokio::time::timeout(READ_LIMIT, reading).await;
        read.context("the server does not answer")?
            .context("read what the workers wrote down")?;
        history.events = self.record.all();
        self.server.stop().await;
        Ok(history)
    }
}

/// Shows how far the workers are and what was done to them last.
async fn show(database: Database, record: Record, step: &Step) -> Infallible {
    loop {
        if let Ok(finished) = count_final(&database).await {
            let last = record.all().pop().map(|event| event.what.describe());
            let last = last.unwrap_or_default();
            step.update(format!("{finished} jobs are finished; {last}"));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn numbers(jobs: &[PlannedJob]) -> Vec<u32> {
    jobs.iter().map(|job| job.job.number).collect()
}
