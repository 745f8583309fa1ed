//! What texts on the wire look like, for the description.

use utoipa::ToSchema;

macro_rules! texts {
    ($($(#[$attribute:meta])* $name:ident;)*) => {
        $(#[derive(Clone, Debug, ToSchema)]
        $(#[$attribute])*
        pub struct $name(#[expect(dead_code, reason = "only describes a text")] String);)*
    };
}

texts! {
    /// An e-mail address.
    #[schema(format = Email, max_length = 254, example = "ada@example.com")]
    Email;
    /// Whom a document is meant for: an e-mail address, the id of a group, or `group:` and its name.
    #[schema(min_length = 5, max_length = 254, example = "ada@example.com")]
    Recipient;
    /// The id of a document.
    #[schema(as = FileId, pattern = "^fil_[0-7][0-9A-HJKMNP-TV-Z]{25}$", example = "fil_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    FileIdText;
    /// The id of a download.
    #[schema(as = DownloadId, pattern = "^dl_[0-7][0-9A-HJKMNP-TV-Z]{25}$", example = "dl_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    DownloadIdText;
    /// The id of a group.
    #[schema(as = GroupId, pattern = "^grp_[0-7][0-9A-HJKMNP-TV-Z]{25}$", example = "grp_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    GroupIdText;
    /// The id of an invitation.
    #[schema(as = InvitationId, pattern = "^inv_[0-7][0-9A-HJKMNP-TV-Z]{25}$", example = "inv_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    InvitationIdText;
    /// The id of a job.
    #[schema(as = JobId, min_length = 1, max_length = 1024, example = "job_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    JobIdText;
    /// The name of a queue.
    #[schema(as = QueueName, pattern = "^[a-z0-9._-]{1,64}$", example = "send-email")]
    QueueNameText;
    /// The id of an operation on many jobs.
    #[schema(as = OperationId, pattern = "^op_[0-7][0-9A-HJKMNP-TV-Z]{25}$", example = "op_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    OperationIdText;
    /// The id of a group of jobs that failed alike.
    #[schema(as = CohortId, pattern = "^[0-9a-f]{8}$", example = "3f9c2a71")]
    CohortIdText;
    /// The id of a download link.
    #[schema(as = LinkId, pattern = "^lnk_[0-7][0-9A-HJKMNP-TV-Z]{25}$", example = "lnk_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    LinkIdText;
    /// The id of a session.
    #[schema(as = SessionId, pattern = "^ses_[0-7][0-9A-HJKMNP-TV-Z]{25}$", example = "ses_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    SessionIdText;
    /// The id of an upload that arrives over several requests.
    #[schema(as = UploadId, pattern = "^upl_[0-7][0-9A-HJKMNP-TV-Z]{25}$", example = "upl_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    UploadIdText;
    /// The id of a person.
    #[schema(as = UserId, pattern = "^usr_[0-7][0-9A-HJKMNP-TV-Z]{25}$", example = "usr_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    UserIdText;
    /// An address on this service.
    #[schema(format = UriReference, example = "/v1/files/fil_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    UriReference;
    /// Server-sent events, as the WHATWG's HTML standard has them.
    #[schema(example = "event: overview\ndata: {\"at\":\"2026-11-25T08:30:00.000Z\"}\n\n")]
    EventStream;
    /// The bytes of a document.
    #[schema(format = Binary)]
    DocumentBytes;
}
