//! One case of the suite.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::test_queue::TestQueue;
use super::{CaseError, Outcome, Settings, Subject, Timing};

/// What a case is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct About {
    pub(super) sentence: &'static str,
    pub(super) defect: Option<u8>,
    pub(super) timing: Timing,
    pub(super) buffer: usize,
    pub(super) limit: Duration,
}

impl About {
    pub(super) const fn new(sentence: &'static str) -> Self {
        Self {
            sentence,
            defect: None,
            timing: Timing::SHORT,
            buffer: 10,
            limit: Duration::from_secs(60),
        }
    }

    pub(super) const fn shows(mut self, defect: u8) -> Self {
        self.defect = Some(defect);
        self
    }

    pub(super) const fn timing(mut self, timing: Timing) -> Self {
        self.timing = timing;
        self
    }

    pub(super) const fn buffer(mut self, jobs: usize) -> Self {
        self.buffer = jobs;
        self
    }

    pub(super) const fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }
}

type Play<S> = fn(TestQueue<S>) -> BoxFuture<'static, Result<(), CaseError>>;

/// One case of the suite, ready to run against a subject.
pub struct Case<S> {
    name: &'static str,
    about: About,
    play: Play<S>,
}

impl<S: Subject> Case<S> {
    pub(super) fn new(name: &'static str, about: About, play: Play<S>) -> Self {
        Self { name, about, play }
    }

    /// Its name, which is that of a test.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What a backend that passes does.
    #[must_use]
    pub fn sentence(&self) -> &'static str {
        self.about.sentence
    }

    /// Which of the known defects a backend that fails has; see the [module](super).
    #[must_use]
    pub fn defect(&self) -> Option<u8> {
        self.about.defect
    }

    /// Runs it on a queue of its own. It ends in time, whatever the backend does.
    pub async fn run(&self, subject: &Arc<S>) -> Outcome {
        let settings = Settings::new(self.about.timing, self.about.buffer);
        let test = TestQueue::new(Arc::clone(subject), settings);
        let limit = self.about.limit;
        match tokio::time::timeout(limit, (self.play)(test)).await {
            Ok(verdict) => verdict.into(),
            Err(_) => Outcome::Failed(format!("not finished in {limit:?}")),
        }
    }
}

impl<S> fmt::Debug for Case<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case")
            .field("name", &self.name)
            .field("about", &self.about)
            .finish_non_exhaustive()
    }
}
