//! What a download takes and answers, for the description.

use std::collections::BTreeMap;

use dossier_common::file::DocumentKind;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, RefOr, Response, ResponseBuilder};
use utoipa::{IntoParams, IntoResponses, PartialSchema};

use crate::problem::{Code, Fails};
use crate::wire::DocumentBytes;

/// The preconditions of a download.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the headers")]
pub struct DownloadConditions {
    /// Go on only if these are the bytes: entity tags, or `*`.
    #[param(rename = "If-Match", required = false)]
    if_match: String,
    /// Go on only if these are not the bytes: entity tags, or `*`.
    #[param(rename = "If-None-Match", required = false)]
    if_none_match: String,
}

/// The part of a download.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the headers")]
pub struct DownloadRange {
    /// One range of bytes. Several, another unit and what cannot be read are ignored.
    #[param(rename = "Range", required = false, example = "bytes=0-1023")]
    range: String,
    /// The entity tag whose bytes the range is of; with another one `Range` is ignored.
    #[param(rename = "If-Range", required = false)]
    if_range: String,
}

impl Fails for DownloadRange {
    fn codes() -> Vec<Code> {
        vec![Code::RangeNotSatisfiable]
    }
}

/// A delivered document, with its bytes or without.
#[derive(Debug)]
pub struct Delivery<const BYTES: bool>;

impl<const BYTES: bool> IntoResponses for Delivery<BYTES> {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let not_modified = about("The client has these bytes");
        let mut responses = vec![("304", not_modified)];
        if BYTES {
            let part = with_bytes(about("The range asked for"));
            let part = with_header(part, "Content-Range", "Which bytes of how many");
            responses.push(("200", with_bytes(about("The document"))));
            responses.push(("206", part));
        } else {
            responses.push(("200", about("The document is there")));
        }
        responses
            .into_iter()
            .map(|(status, response)| (status.to_owned(), response.build().into()))
            .collect()
    }
}

/// A response that says what document it is about.
fn about(description: &str) -> ResponseBuilder {
    let headers = [
        ("ETag", "The entity tag of the bytes"),
        ("Repr-Digest", "`sha-256=:…:` of the document (RFC 9530)"),
        ("Accept-Ranges", "`bytes`"),
        ("Content-Disposition", "The document's name (RFC 6266)"),
    ];
    let response = ResponseBuilder::new().description(description);
    headers
        .into_iter()
        .fold(response, |response, (name, description)| {
            with_header(response, name, description)
        })
}

fn with_header(response: ResponseBuilder, name: &str, description: &str) -> ResponseBuilder {
    let text = ObjectBuilder::new().schema_type(Type::String);
    let header = HeaderBuilder::new()
        .schema(Some(text))
        .description(Some(description));
    response.header(name, header.build())
}

/// With the media type of every kind of document.
fn with_bytes(response: ResponseBuilder) -> ResponseBuilder {
    use DocumentKind::{Docx, Pptx, Xlsx};
    let kinds = [Docx, Pptx, Xlsx].map(DocumentKind::media_type);
    let media_types = ["application/octet-stream"].into_iter().chain(kinds);
    media_types.fold(response, |response, media_type| {
        let bytes = ContentBuilder::new().schema(Some(DocumentBytes::schema()));
        response.content(media_type, bytes.build())
    })
}
