//! How an inspection ends early, and how several findings become one.

use std::io;

use super::error::InspectError;
use super::reason::Reason;

/// The end of an inspection before its natural end.
#[derive(Debug)]
pub(super) enum Stop {
    /// A verdict on the file.
    Reject(Finding),
    /// The inspector failed.
    Fail(InspectError),
}

/// A reason for rejection and what exactly was found, for the log.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) reason: Reason,
    pub(super) detail: String,
    /// The part concerned, as people may be shown it.
    pub(super) part: Option<String>,
}

impl Stop {
    /// A rejection with its detail for the log.
    pub(super) fn reject(reason: Reason, detail: impl Into<String>) -> Self {
        Self::Reject(Finding {
            reason,
            detail: detail.into(),
            part: None,
        })
    }

    /// The same end, with the part in which it was found: as a log has it, and as people may be shown it.
    pub(super) fn within(self, quoted: &str, shown: String) -> Self {
        match self {
            Self::Reject(Finding {
                reason,
                detail,
                part,
            }) => Self::Reject(Finding {
                reason,
                detail: format!("{quoted}: {detail}"),
                part: part.or(Some(shown)),
            }),
            fail @ Self::Fail(_) => fail,
        }
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Fail(InspectError::Io(error))
    }
}

/// The findings of one stage, of which the first by precedence counts, whatever their order in the file.
#[derive(Debug, Default)]
pub(super) struct Findings {
    first: Option<Finding>,
    /// The part that is being looked at.
    part: Option<String>,
}

impl Findings {
    /// What is noted from now on concerns this part, or none.
    pub(super) fn about(&mut self, shown: Option<String>) {
        self.part = shown;
    }

    /// Notes a finding. The detail is only built where the finding counts: of two alike the first, or the first
    /// that names a part.
    pub(super) fn note(&mut self, reason: Reason, detail: impl FnOnce() -> String) {
        let counts = self.first.as_ref().is_none_or(|first| {
            let names_more = self.part.is_some() && first.part.is_none();
            reason.rank() < first.reason.rank()
                || (names_more && reason.rank() == first.reason.rank())
        });
        if counts {
            self.first = Some(Finding {
                reason,
                detail: detail(),
                part: self.part.clone(),
            });
        }
    }

    /// Notes a rejection that ended some part of the stage; passes failures of the inspector on.
    pub(super) fn absorb(&mut self, outcome: Result<(), Stop>) -> Result<(), Stop> {
        match outcome {
            Err(Stop::Reject(finding)) => {
                let counts = self
                    .first
                    .as_ref()
                    .is_none_or(|first| finding.reason.rank() < first.reason.rank());
                if counts {
                    self.first = Some(finding);
                }
                Ok(())
            }
            other => other,
        }
    }

    /// Ends the stage.
    pub(super) fn finish(self) -> Result<(), Stop> {
        self.first
            .map_or(Ok(()), |finding| Err(Stop::Reject(finding)))
    }
}
