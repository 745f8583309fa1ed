//! What every case works with: a subject, a queue of its own, and a journal.

use std::sync::Arc;
use std::time::Duration;

use apalis_core::error::BoxDynError;
use apalis_core::task::Task;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::task_id::TaskId;

use super::journal::Journal;
use super::outcome::require;
use super::worker::Running;
use super::{Candidate, CaseError, Handler, Job, Middleware, Settings, Standing, Subject};

const LOOK_EVERY: Duration = Duration::from_millis(50);
const WORKFLOWS: u32 = 3;
const VALUES: u32 = 20;
const WORKFLOW_LIMIT: Duration = Duration::from_secs(15);

/// What every case works with.
pub(super) struct TestQueue<S> {
    pub(super) subject: Arc<S>,
    pub(super) settings: Settings,
    pub(super) journal: Journal,
}

/// One call of a handler.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) number: u32,
    /// 1 for the first run of this job in this case.
    pub(super) nth: usize,
}

impl<S: Subject> TestQueue<S> {
    pub(super) fn new(subject: Arc<S>, settings: Settings) -> Self {
        Self {
            subject,
            settings,
            journal: Journal::new(),
        }
    }

    /// A backend to push with.
    pub(super) async fn backend(&self) -> Result<S::Backend, CaseError> {
        self.subject.backend(&self.settings).await
    }

    /// Pushes jobs with these numbers at once.
    pub(super) async fn push(
        &self,
        numbers: impl IntoIterator<Item = u32>,
    ) -> Result<(), CaseError> {
        let jobs = numbers.into_iter().map(|number| Job { number }).collect();
        self.backend().await?.push_many(jobs).await
    }

    /// Pushes a job that `adjust` has a say in, and returns its id.
    pub(super) async fn push_with(
        &self,
        number: u32,
        adjust: impl FnOnce(TaskBuilder<Job>) -> TaskBuilder<Job>,
    ) -> Result<TaskId, CaseError> {
        let id = S::Backend::new_id();
        let task = adjust(TaskBuilder::new(Job { number })).task_id(id.clone());
        self.push_task(task.build()).await?;
        Ok(id)
    }

    pub(super) async fn push_task(&self, task: Task<Job>) -> Result<(), CaseError> {
        self.backend().await?.push_tasks(vec![task]).await
    }

    /// A worker called `name`, which is unique to this case.
    pub(super) fn worker(&self, name: &str) -> Hiring<'_, S> {
        Hiring {
            test: self,
            name: format!("{}-{name}", self.settings.queue),
            middleware: Middleware {
                concurrency: 1,
                timeout: None,
                catch_panic: false,
            },
        }
    }

    /// Runs workflows that map values and collect them, in a worker with concurrency 1.
    pub(super) async fn collects(&self, fails_first: bool) -> Result<(), CaseError> {
        for workflow in 1..=WORKFLOWS {
            let settings = Settings::new(self.settings.timing, self.settings.buffer);
            let collecting = self
                .subject
                .collect_in_workflow(&settings, VALUES, fails_first);
            let Ok(collected) = tokio::time::timeout(WORKFLOW_LIMIT, collecting).await else {
                return Err(CaseError::Failed(format!(
                    "workflow {workflow} of {WORKFLOWS} did not finish in {WORKFLOW_LIMIT:?}"
                )));
            };
            // In which order they come is not promised.
            let mut collected = collected?;
            collected.sort_unstable();
            require!(
                collected.iter().copied().eq(0..VALUES),
                "collected {collected:?}"
            );
        }
        Ok(())
    }

    /// Waits until the store says of the job what is wanted; fails with what it says instead.
    pub(super) async fn stands(
        &self,
        id: &TaskId,
        within: Duration,
        wanted: impl Fn(&Standing) -> bool,
    ) -> Result<(), CaseError> {
        let deadline = tokio::time::Instant::now() + within;
        loop {
            let standing = self.subject.standing(&self.settings, id).await?;
            if standing.as_ref().is_some_and(&wanted) {
                return Ok(());
            }
            if tokio::time::Instant::now() > deadline {
                return Err(CaseError::Failed(match standing {
                    Some(Standing { status, attempts }) => {
                        format!("the job is {status} after {attempts} attempts")
                    }
                    None => "the job is gone".to_owned(),
                }));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// A worker to be started.
pub(super) struct Hiring<'a, S> {
    test: &'a TestQueue<S>,
    name: String,
    middleware: Middleware,
}

impl<S: Subject> Hiring<'_, S> {
    pub(super) fn concurrency(mut self, jobs: usize) -> Self {
        self.middleware.concurrency = jobs;
        self
    }

    pub(super) fn timeout(mut self, limit: Duration) -> Self {
        self.middleware.timeout = Some(limit);
        self
    }

    pub(super) fn catch_panic(mut self) -> Self {
        self.middleware.catch_panic = true;
        self
    }

    /// Starts it with a handler whose runs are noted in the journal.
    pub(super) fn start<F, R>(self, handle: F) -> Result<Running, CaseError>
    where
        F: Fn(Run) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), BoxDynError>> + Send + 'static,
    {
        let journal = self.test.journal.clone();
        let handler = Handler::new(move |number| {
            let journal = journal.clone();
            let (place, nth) = journal.start(number);
            let handling = handle(Run { number, nth });
            async move {
                let result = handling.await;
                journal.end(place);
                result
            }
        });
        Running::start(
            &self.test.subject,
            &self.test.settings,
            &self.name,
            handler,
            self.middleware,
        )
    }

    /// Starts it with a handler that takes so long for each job.
    pub(super) fn start_taking(self, time: Duration) -> Result<Running, CaseError> {
        self.start(move |_| async move {
            tokio::time::sleep(time).await;
            Ok(())
        })
    }
}

/// Panics, without a word on the terminal.
pub(super) fn panics() {
    std::panic::resume_unwind(Box::new("the first attempt panics".to_owned()));
}
