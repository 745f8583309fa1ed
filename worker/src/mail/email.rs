//! What mails there are, and what each says.

use dossier_common::file::Rejection;
use dossier_common::file_name::FileName;
use dossier_common::user::Role;

use super::documents::DocumentsAvailable;

/// A mail, before it is addressed to anybody.
#[derive(Clone, PartialEq, Eq)]
pub enum Email {
    /// "Please confirm your address."
    Verify {
        /// The encrypted link.
        url: String,
    },
    /// "You already have an account."
    AccountExists {
        /// What the person wants to be called.
        name: Option<String>,
        /// Where another password can be asked for.
        reset_url: String,
    },
    /// "You are invited."
    Invitation {
        /// What the person will be allowed to do.
        role: Role,
        /// The encrypted link.
        url: String,
    },
    /// "You are invited, and have an account already."
    InvitedAlready {
        /// What the person wants to be called.
        name: Option<String>,
        /// Where another password can be asked for.
        reset_url: String,
    },
    /// "Choose another password."
    ResetPassword {
        /// What the person wants to be called.
        name: Option<String>,
        /// The encrypted link.
        url: String,
    },
    /// "Remove your second factor."
    ResetSecondFactor {
        /// What the person wants to be called.
        name: Option<String>,
        /// The encrypted link.
        url: String,
    },
    /// "Your password was changed."
    PasswordChanged {
        /// What the person wants to be called.
        name: Option<String>,
        /// Where another password can be asked for.
        reset_url: String,
    },
    /// "Log-in asks for a second factor from now on", or no more.
    SecondFactorChanged {
        /// What the person wants to be called.
        name: Option<String>,
        /// Which of the two.
        enabled: bool,
        /// Where another password can be asked for.
        reset_url: String,
    },
    /// "Your document can no longer be downloaded."
    DocumentRejected {
        /// What the person wants to be called.
        name: Option<String>,
        /// What the document is called.
        document: FileName,
        /// Why it was rejected.
        rejection: Rejection,
    },
    /// "Documents are ready for you."
    DocumentsAvailable(DocumentsAvailable),
    /// "Your document was downloaded."
    FirstDownload {
        /// What the person wants to be called.
        name: Option<String>,
        /// What the document is called.
        document: FileName,
        /// The address of whoever downloaded it, where the owner named it as a recipient.
        by: Option<String>,
    },
    /// "This mail shows that mails can be sent."
    Test,
    /// "Documents of yours can no longer be downloaded."
    DocumentsRejected {
        /// What the person wants to be called.
        name: Option<String>,
        /// What each is called, and why it was rejected.
        documents: Vec<(FileName, Rejection)>,
        /// Whether there are more than these.
        more: bool,
    },
}

/// Shows the template alone: letters hold links that open accounts.
impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Email({})", self.template())
    }
}

impl Email {
    /// The template's name, as in the job's payload.
    pub fn template(&self) -> &'static str {
        match self {
            Self::Verify { .. } => "verify",
            Self::AccountExists { .. } => "account-exists",
            Self::Invitation { .. } => "invitation",
            Self::InvitedAlready { .. } => "invited-already",
            Self::ResetPassword { .. } => "reset-password",
            Self::ResetSecondFactor { .. } => "reset-second-factor",
            Self::PasswordChanged { .. } => "password-changed",
            Self::SecondFactorChanged { .. } => "second-factor-changed",
            Self::DocumentRejected { .. } => "document-rejected",
            Self::DocumentsRejected { .. } => "documents-rejected",
            Self::DocumentsAvailable(_) => "documents-available",
            Self::FirstDownload { .. } => "first-download",
            Self::Test => "test",
        }
    }

    /// Where no more mails of its kind can be asked for, if it is of a kind that people may do without.
    pub(super) fn unsubscribe_url(&self) -> Option<&str> {
        match self {
            Self::DocumentsAvailable(told) => Some(&told.unsubscribe_url),
            _ => None,
        }
    }
}
