//! The kinds of steps that people take.

use serde::Serialize;

/// One kind of step, in the order of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) enum Step {
    SignUp,
    Mail,
    Confirm,
    LogIn,
    LogInWithCode,
    SetUpSecondFactor,
    ShowMe,
    Refresh,
    RefreshAgain,
    AskForReset,
    Reset,
    Invite,
    Upload,
    ShowDocument,
    Inspection,
    List,
    CreateLink,
    ShowLink,
    Link,
    Download,
    OldToken,
}

impl Step {
    /// What the step is, for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SignUp => "sign up",
            Self::Mail => "a mail with a token arrives",
            Self::Confirm => "confirm with the mail's token",
            Self::LogIn => "log in",
            Self::LogInWithCode => "log in with a one-time code",
            Self::SetUpSecondFactor => "set up a second factor",
            Self::ShowMe => "use an access token",
            Self::Refresh => "trade a refresh token in",
            Self::RefreshAgain => "the same refresh token again",
            Self::AskForReset => "ask for a reset",
            Self::Reset => "reset with the mail's token",
            Self::Invite => "invite somebody",
            Self::Upload => "upload a document",
            Self::ShowDocument => "look at a document",
            Self::Inspection => "the document becomes available",
            Self::List => "list documents",
            Self::CreateLink => "ask for a link",
            Self::ShowLink => "look at a link",
            Self::Link => "the link becomes ready",
            Self::Download => "download",
            Self::OldToken => "use a token of the old key",
        }
    }
}
