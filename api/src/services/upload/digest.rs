//! The digest that a client says its document has (RFC 9530).

use axum::http::HeaderMap;
use dossier_common::digest::Sha256;

use crate::problem::{Code, Problem};

/// The SHA-256 that the document must have, if the request says so in `Repr-Digest`. Digests by other algorithms beside
/// it are ignored, as RFC 9530 §2 allows.
///
/// # Errors
///
/// [`Problem`] when `Repr-Digest` has no `sha-256`, or the request has `Content-Digest`: that is of the whole form.
pub(super) fn expected_digest(headers: &HeaderMap) -> Result<Option<Sha256>, Problem> {
    if headers.contains_key("content-digest") {
        let detail = "Content-Digest is of the whole form, and is not verified here. Please send the document's own \
                      digest in Repr-Digest: sha-256=:…: (RFC 9530).";
        return Err(Problem::new(Code::BadRequest, detail));
    }
    let mut lines = Vec::new();
    for value in headers.get_all("repr-digest") {
        lines.push(value.to_str().map_err(|_| unreadable())?);
    }
    if lines.is_empty() {
        return Ok(None);
    }
    let digest = Sha256::from_repr_digest(&lines.join(", "));
    digest.map(Some).ok_or_else(unreadable)
}

/// # Errors
///
/// [`Problem`] when a document was to have another digest than it has.
pub(super) fn check_digest(expected: Option<Sha256>, found: Sha256) -> Result<(), Problem> {
    if expected.is_none_or(|expected| expected == found) {
        return Ok(());
    }
    let detail =
        "The bytes that arrived are not the ones Repr-Digest speaks of. Please send them again.";
    Err(Problem::new(Code::DigestMismatch, detail))
}

fn unreadable() -> Problem {
    let detail = "Repr-Digest must have a sha-256 member, such as sha-256=:…: (RFC 9530): digests by md5, sha and other \
                  algorithms are not verified.";
    Problem::new(Code::BadRequest, detail)
}
