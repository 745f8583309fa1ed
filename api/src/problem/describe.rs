//! Problems in the description of the interface: every operation lists its own.
//!
//! An extractor or service names its codes once ([`Fails`]); an operation lists what it is made of
//! (`Problems<(Client, NoQuery)>`). Equal answers are one component, named after their codes.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use utoipa::IntoResponses;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};

use super::Code;

/// What every request can fail in.
const ALWAYS: [Code; 3] = [Code::BadRequest, Code::Internal, Code::Unavailable];

/// A part of an operation that a request can fail in: an extractor, a service.
pub trait Fails {
    /// The codes of its problems, beside those that every request can have.
    fn codes() -> Vec<Code>;
}

/// The problems of an operation that is made of `T`.
#[derive(Debug)]
pub struct Problems<T>(PhantomData<T>);

/// The same for `HEAD`, whose problems have no body.
#[derive(Debug)]
pub struct HeadProblems<T>(PhantomData<T>);

impl<T: Fails> IntoResponses for Problems<T> {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let answers = by_status::<T>().into_iter();
        let refer = |codes: Vec<Code>| Ref::from_response_name(name(&codes)).into();
        answers
            .map(|(status, codes)| (status, refer(codes)))
            .collect()
    }
}

impl<T: Fails> IntoResponses for HeadProblems<T> {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let answers = by_status::<T>().into_iter();
        let without_body = |codes: Vec<Code>| response(&codes).build().into();
        answers
            .map(|(status, codes)| (status, without_body(codes)))
            .collect()
    }
}

macro_rules! fails_together {
    ($($part:ident)+) => {
        impl<$($part: Fails),+> Fails for ($($part,)+) {
            fn codes() -> Vec<Code> {
                [$($part::codes()),+].concat()
            }
        }
    };
}
fails_together!(A);
fails_together!(A B);
fails_together!(A B C);
fails_together!(A B C D);
fails_together!(A B C D E);
fails_together!(A B C D E F);

/// The codes of `T` for each status, in the order of the table.
fn by_status<T: Fails>() -> BTreeMap<String, Vec<Code>> {
    let own = T::codes();
    let mut found = BTreeMap::<String, Vec<Code>>::new();
    let can_happen = |code: &&Code| own.contains(code) || ALWAYS.contains(code);
    for code in Code::ALL.iter().filter(can_happen) {
        let status = code.status().as_str().to_owned();
        found.entry(status).or_default().push(*code);
    }
    found
}

/// `UnauthorizedOrTokenExpired`; [`codes`] reads it back.
fn name(codes: &[Code]) -> String {
    let names: Vec<String> = codes.iter().map(|code| format!("{code:?}")).collect();
    names.join("Or")
}

fn codes(name: &str) -> Vec<Code> {
    let all = Code::ALL.iter().copied();
    all.filter(|code| name.split("Or").any(|part| part == format!("{code:?}")))
        .collect()
}

/// Adds the answers that operations of `description` refer to, and their schemas.
pub fn add_problem_components(description: &mut OpenApi) {
    let paths = serde_json::to_value(&description.paths).unwrap_or_default();
    let mut names = BTreeSet::new();
    collect_references(&paths, &mut names);
    let components = description.components.get_or_insert_default();
    for name in names {
        let codes = codes(&name);
        let schema = format!("{name}Problem");
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(&schema)))
            .build();
        let answer = response(&codes).content("application/problem+json", content);
        components.responses.insert(name, answer.build().into());
        components.schemas.insert(schema, narrowed(&codes));
    }
}

fn collect_references(value: &serde_json::Value, names: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            let reference = fields.get("$ref").and_then(|it| it.as_str());
            let name = reference.and_then(|it| it.strip_prefix("#/components/responses/"));
            names.extend(name.map(str::to_owned));
            fields.values().for_each(|it| collect_references(it, names));
        }
        serde_json::Value::Array(items) => {
            items.iter().for_each(|it| collect_references(it, names));
        }
        _ => {}
    }
}

/// A problem with one of these codes.
fn narrowed(codes: &[Code]) -> RefOr<Schema> {
    let values: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    let code = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(values));
    let narrower = ObjectBuilder::new().property("code", code).required("code");
    let both = AllOfBuilder::new()
        .item(Ref::from_schema_name("Problem"))
        .item(narrower);
    RefOr::T(Schema::AllOf(both.build()))
}

fn response(codes: &[Code]) -> ResponseBuilder {
    let titles: Vec<&str> = codes.iter().map(|code| code.title()).collect();
    let mut response = ResponseBuilder::new().description(titles.join(" · "));
    let status = codes.first().map_or(500, |code| code.status().as_u16());
    for (name, header) in headers(status) {
        response = response.header(name, header);
    }
    response
}

/// The headers that tell what to do about a problem of this status.
fn headers(status: u16) -> Vec<(&'static str, Header)> {
    let text = |description: &str| described(Type::String, description);
    let retry_after = || described(Type::Integer, "When to try again, in seconds");
    match status {
        401 => vec![("WWW-Authenticate", text("The challenge of RFC 6750"))],
        412 => vec![(
            "ETag",
            text("The entity tag of what is there, for a change"),
        )],
        409 => vec![(
            "Retry-After",
            described(
                Type::Integer,
                "When to try again, in seconds, where the same request is under way",
            ),
        )],
        416 => vec![("Content-Range", text("How long the document is"))],
        429 => [("Retry-After", retry_after())]
            .into_iter()
            .chain(rate_limit_headers())
            .collect(),
        423 | 503 => vec![("Retry-After", retry_after())],
        _ => Vec::new(),
    }
}

/// The headers that tell what is left of a limit.
pub(crate) fn rate_limit_headers() -> [(&'static str, Header); 2] {
    let text = |description: &str| described(Type::String, description);
    [
        (
            "RateLimit-Policy",
            text("The limit, such as `\"log-in\";q=100;w=60`"),
        ),
        (
            "RateLimit",
            text("What is left of it, such as `\"log-in\";r=57;t=42`"),
        ),
    ]
}

fn described(kind: Type, description: &str) -> Header {
    let schema = ObjectBuilder::new().schema_type(kind);
    HeaderBuilder::new()
        .schema(Some(schema))
        .description(Some(description))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_answer_says_its_codes() {
        assert_eq!(codes(&name(Code::ALL)), Code::ALL);
        for code in Code::ALL {
            assert_eq!(codes(&name(&[*code])), [*code]);
        }
    }
}
