//! The one table of codes.

use std::borrow::Cow;

use axum::http::StatusCode;
use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// The statuses of the table: those that `StatusCode` has a name for, and one of tus 1.0.0.
macro_rules! status {
    (CHECKSUM_MISMATCH) => {
        StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST)
    };
    ($name:ident) => {
        StatusCode::$name
    };
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident $status:ident $code:literal $title:literal;)*) => {
        /// What kind of problem it is; the texts are frozen and listed in `docs/API.md`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The HTTP status it is answered with.
            pub fn status(self) -> StatusCode {
                match self {
                    $(Self::$name => status!($status),)*
                }
            }

            /// The code on the wire.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// The summary for people.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$name => $title,)*
                }
            }
        }
    };
}

codes! {
    /// The body is not JSON.
    InvalidJson BAD_REQUEST "invalid_json" "The body is not valid JSON";
    /// The request itself is malformed.
    BadRequest BAD_REQUEST "bad_request" "The request is malformed";
    /// A digest sent with the bytes is not theirs.
    DigestMismatch BAD_REQUEST "digest_mismatch" "The digest does not match the bytes";
    /// A token sent in a body or an address does not open, was used, or has expired.
    TokenInvalid BAD_REQUEST "token_invalid" "The token is not valid";
    /// No bearer token, or one that is not good.
    Unauthorized UNAUTHORIZED "unauthorized" "Please log in";
    /// The bearer token has run out.
    TokenExpired UNAUTHORIZED "token_expired" "The access token has expired";
    /// Wrong address or password, or a sign-up that is not confirmed yet.
    InvalidCredentials UNAUTHORIZED "invalid_credentials" "Wrong e-mail address or password";
    /// The password is right, and the account has a second factor.
    TotpRequired UNAUTHORIZED "totp_required" "A one-time code is needed";
    /// The password is right, and the code of the second factor is not.
    TotpInvalid UNAUTHORIZED "totp_invalid" "The one-time code is not valid";
    /// The caller's role needs a second factor, which the session does not have.
    SecondFactorRequired FORBIDDEN "second_factor_required" "A second factor is needed";
    /// The caller's role may not do this.
    Forbidden FORBIDDEN "forbidden" "Not allowed";
    /// Sign-up is not open to whoever asks, or to nobody.
    SignUpRefused FORBIDDEN "sign_up_refused" "Sign-up is not open";
    /// Nothing there that the caller may know of.
    NotFound NOT_FOUND "not_found" "Not found";
    /// The address exists, the method does not.
    MethodNotAllowed METHOD_NOT_ALLOWED "method_not_allowed" "Method not allowed";
    /// The request clashes with one under way or with what is stored.
    Conflict CONFLICT "conflict" "Conflict";
    /// Another request is busy with the upload.
    Locked LOCKED "locked" "Another request is busy with it";
    /// A checksum sent with a part of an upload is not that of its bytes (tus 1.0.0, checksum).
    ChecksumMismatch CHECKSUM_MISMATCH "checksum_mismatch" "The checksum does not match the bytes";
    /// A precondition of the request does not hold.
    PreconditionFailed PRECONDITION_FAILED "precondition_failed" "The precondition does not hold";
    /// A change must say which state of things it is made to.
    PreconditionRequired PRECONDITION_REQUIRED "precondition_required" "If-Match is required";
    /// The body is over the limit.
    PayloadTooLarge PAYLOAD_TOO_LARGE "payload_too_large" "The body is too large";
    /// The body has a media type that is not understood here.
    UnsupportedMediaType UNSUPPORTED_MEDIA_TYPE "unsupported_media_type" "Unsupported media type";
    /// The range asked for is not part of the bytes.
    RangeNotSatisfiable RANGE_NOT_SATISFIABLE "range_not_satisfiable" "The range cannot be satisfied";
    /// The address of the request is over the limit.
    UriTooLong URI_TOO_LONG "uri_too_long" "The address is too long";
    /// The header fields are over the limit.
    HeadersTooLarge REQUEST_HEADER_FIELDS_TOO_LARGE "headers_too_large" "The header fields are too large";
    /// Fields break their rules.
    InvalidFields UNPROCESSABLE_ENTITY "invalid_fields" "Some fields are not valid";
    /// An idempotency key was used for another request.
    IdempotencyMismatch UNPROCESSABLE_ENTITY "idempotency_mismatch" "The idempotency key was used for another request";
    /// Too many requests.
    RateLimited TOO_MANY_REQUESTS "rate_limited" "Too many requests";
    /// The client was too slow to send its request.
    RequestTimeout REQUEST_TIMEOUT "request_timeout" "The request took too long to arrive";
    /// The caller's documents would take more than they may.
    QuotaExceeded INSUFFICIENT_STORAGE "quota_exceeded" "Your documents may take no more room";
    /// There is no room for more documents.
    StorageFull INSUFFICIENT_STORAGE "storage_full" "There is no room for more documents";
    /// The service failed.
    Internal INTERNAL_SERVER_ERROR "internal" "Something went wrong on our side";
    /// Not ready to serve, or a worker was not in time.
    Unavailable SERVICE_UNAVAILABLE "unavailable" "Not available right now";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        let codes = Self::ALL.iter().map(|code| code.as_str());
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("What kind of problem it is; stable"))
            .enum_values(Some(codes))
            .into()
    }
}

impl ToSchema for Code {
    fn name() -> Cow<'static, str> {
        "ProblemCode".into()
    }
}
