//! The words of the audit: they are stored, shown and asked for.

use serde::{Deserialize, Serialize};

/// Why a text names none of the words of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no word of the audit")]
pub struct ParseWordError;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$item])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word that is stored and shown; frozen.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = ParseWordError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut all = Self::ALL.iter().copied();
                all.find(|it| it.as_str() == text).ok_or(ParseWordError)
            }
        }
    };
}

words! {
    /// What was done, or tried.
    Act {
        /// A sign-up was made.
        SignUp = "sign_up",
        /// A sign-up became an account.
        ConfirmSignUp = "confirm_sign_up",
        /// Another verification mail was asked for.
        ResendVerification = "resend_verification",
        /// Somebody logged in.
        LogIn = "log_in",
        /// Somebody logged out.
        LogOut = "log_out",
        /// One of the caller's sessions was ended.
        EndSession = "end_session",
        /// The caller's other sessions were ended.
        EndOtherSessions = "end_other_sessions",
        /// A refresh token that was traded in before was used, which ended its session.
        ReplayRefreshToken = "replay_refresh_token",
        /// The password of the caller was asked for once more.
        ProvePassword = "prove_password",
        /// A password was changed.
        ChangePassword = "change_password",
        /// A mail to replace a forgotten password was asked for.
        AskForReset = "ask_for_reset",
        /// A forgotten password was replaced.
        ResetPassword = "reset_password",
        /// A second factor was begun; it is not asked for yet.
        BeginSecondFactor = "begin_second_factor",
        /// A second factor was set up.
        EnableSecondFactor = "enable_second_factor",
        /// A second factor was removed by its owner.
        DisableSecondFactor = "disable_second_factor",
        /// A lost second factor was removed.
        ResetSecondFactor = "reset_second_factor",
        /// Somebody was invited.
        Invite = "invite",
        /// An invitation became an account.
        AcceptInvitation = "accept_invitation",
        /// An invitation was taken back.
        RevokeInvitation = "revoke_invitation",
        /// A document was uploaded.
        Upload = "upload",
        /// What is said of a document was changed: its name, whom it is meant for, until when.
        ChangeFile = "change_file",
        /// A group was made that documents can be meant for.
        CreateGroup = "create_group",
        /// A group got another name or other members.
        ChangeGroup = "change_group",
        /// A group was deleted.
        DeleteGroup = "delete_group",
        /// A worker came to a verdict on a document.
        Inspect = "inspect",
        /// A worker applied newer rules to a document.
        InspectAgain = "inspect_again",
        /// A document was taken back.
        WithdrawFile = "withdraw_file",
        /// A document that was taken back is there again.
        RestoreFile = "restore_file",
        /// Other bytes were uploaded for a document.
        ReplaceFile = "replace_file",
        /// Bytes that nobody needs any more were removed.
        EraseBytes = "erase_bytes",
        /// A download link was asked for.
        CreateLink = "create_link",
        /// A download link was taken back.
        RevokeLink = "revoke_link",
        /// A document was downloaded.
        Download = "download",
        /// An address was to be told of no documents any more.
        Unsubscribe = "unsubscribe",
        /// Somebody said whether they are told of documents.
        SetNotices = "set_notices",
        /// The owner of a document said whether to be told of its first download.
        AwaitFirstDownload = "await_first_download",
        /// A request was refused before anything was done.
        Request = "request",
        /// The audit was read.
        ReadAudit = "read_audit",
        /// An account was made by an admin or an operator.
        CreateUser = "create_user",
        /// Somebody was given another role.
        SetRole = "set_role",
        /// An account was disabled.
        DisableUser = "disable_user",
        /// An account was enabled.
        EnableUser = "enable_user",
        /// An account was deleted.
        DeleteUser = "delete_user",
        /// An admin or an operator had a link mailed that replaces a password or removes a second factor.
        SendReset = "send_reset",
        /// Mails were recorded that the mail server has, by its log.
        RecordMails = "record_mails",
        /// Jobs were given another run.
        RetryJobs = "retry_jobs",
        /// Jobs that waited for their time were made due.
        RunJobsNow = "run_jobs_now",
        /// Jobs were cancelled.
        CancelJobs = "cancel_jobs",
        /// Jobs were deleted.
        DeleteJobs = "delete_jobs",
        /// Running jobs were taken from their workers.
        ReleaseJobs = "release_jobs",
        /// A queue was paused.
        PauseQueue = "pause_queue",
        /// A queue was resumed.
        ResumeQueue = "resume_queue",
        /// A queue was limited, or a limit was lifted.
        LimitQueue = "limit_queue",
        /// Stored documents were to be inspected again.
        Revalidate = "revalidate",
        /// What disagreed in the database was mended.
        Repair = "repair",
    }
}

words! {
    /// What came of it.
    Outcome {
        /// It was done.
        Done = "done",
        /// It failed.
        Failed = "failed",
        /// It was not allowed.
        Denied = "denied",
    }
}

words! {
    /// What kind of actor it was.
    Actor {
        /// Somebody who is not signed in.
        Anybody = "anybody",
        /// Somebody who is signed in.
        Person = "person",
        /// An operator, on the command line.
        Operator = "operator",
        /// A worker, for nobody in particular.
        Worker = "worker",
    }
}
