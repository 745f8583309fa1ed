//! Tells how each step went.

use std::time::Instant;

use serde::Serialize;

use super::error::StoryError;

/// How a step went.
#[derive(Debug, Clone, Serialize)]
pub struct StepReport {
    /// What the step does.
    pub step: &'static str,
    /// Whether it succeeded.
    pub ok: bool,
    /// How long it took.
    pub milliseconds: f64,
}

/// Runs steps and reports each.
pub struct StepReporter<'a> {
    report: Box<dyn FnMut(&StepReport) + 'a>,
}

impl std::fmt::Debug for StepReporter<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("StepReporter")
            .finish_non_exhaustive()
    }
}

impl<'a> StepReporter<'a> {
    /// Reports to `report`.
    pub fn new(report: impl FnMut(&StepReport) + 'a) -> Self {
        Self {
            report: Box::new(report),
        }
    }

    /// Runs a step to its end and reports it.
    pub(super) async fn step<T>(
        &mut self,
        step: &'static str,
        doing: impl Future<Output = Result<T, StoryError>>,
    ) -> Result<T, StoryError> {
        let began = Instant::now();
        let outcome = doing.await;
        let milliseconds = began.elapsed().as_secs_f64() * 1000.0;
        (self.report)(&StepReport {
            step,
            ok: outcome.is_ok(),
            milliseconds,
        });
        outcome
    }
}
