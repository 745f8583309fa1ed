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
    /// The id of a document.
    #[schema(as = FileId, pattern = "^fil_[0-7][0-9A-HJKMNP-TV-Z]{25}$", example = "fil_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    FileIdText;
    /// The id of an invitation.
    #[schema(as = InvitationId, pattern = "^inv_[0-7][0-9A-HJKMNP-TV-Z]{25}$", example = "inv_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    InvitationIdText;
    /// The id of a download link.
    #[schema(as = LinkId, pattern = "^lnk_[0-7][0-9A-HJKMNP-TV-Z]{25}$", example = "lnk_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    LinkIdText;
    /// The id of a session.
    #[schema(as = SessionId, pattern = "^ses_[0-7][0-9A-HJKMNP-TV-Z]{25}$", example = "ses_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    SessionIdText;
    /// The id of a person.
    #[schema(as = UserId, pattern = "^usr_[0-7][0-9A-HJKMNP-TV-Z]{25}$", example = "usr_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    UserIdText;
    /// An address on this service.
    #[schema(format = UriReference, example = "/v1/files/fil_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    UriReference;
    /// The bytes of a document.
    #[schema(format = Binary)]
    DocumentBytes;
}
