//! The description of the interface: what is said of all operations at once.
//!
//! What is said of one stands beside its handler.

use utoipa::OpenApi;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Deprecated, PathItem, Ref, RefOr, Required};

use crate::problem::{
    Code, FieldError, ProblemResponse, add_problem_components, rate_limit_headers,
};

#[derive(OpenApi)]
#[openapi(
    components(schemas(ProblemResponse<'static>, FieldError, Code)),
    info(
        title = "Dossier",
        description = "Hands documents from a company's Ops people to its Clients, safely. \
                       docs/API.md tells what a description cannot.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        contact(name = "The operators of this Dossier"),
    ),
    servers((url = "/", description = "Where this description comes from")),
    tags(
        (name = "accounts", description = "Accounts and sessions"),
        (name = "files", description = "Documents"),
        (name = "groups", description = "Groups that documents are meant for"),
        (name = "uploads", description = "Uploads that arrive over several requests, by tus 1.0.0"),
        (name = "links", description = "Personal download links"),
        (name = "administration", description = "What admins do"),
        (name = "compatibility", description = "For clients of the FastAPI generation"),
    ),
)]
pub(crate) struct Description;

const REQUEST_ID: &str = "X-Request-Id";
const REQUEST_ID_PARAMETER: &str = "#/components/parameters/RequestId";

/// Adds to `description` what its operations share.
pub(crate) fn complete(description: &mut utoipa::openapi::OpenApi) {
    for item in description.paths.paths.values_mut() {
        for operation in operations(item) {
            allow_no_body(operation);
            mark_deprecated(operation);
            let parameters = operation.parameters.get_or_insert_default();
            parameters.push(RefOr::Ref(Ref::new(REQUEST_ID_PARAMETER)));
        }
    }
    add_problem_components(description);
    for item in description.paths.paths.values_mut() {
        for operation in operations(item) {
            name_requests(operation.responses.responses.values_mut());
            tell_limits(operation);
        }
    }
    let components = description.components.get_or_insert_default();
    name_requests(components.responses.values_mut());
    let parameter = request_id_parameter().into();
    components
        .parameters
        .insert("RequestId".to_owned(), parameter);
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The `access_token` of a session"))
        .build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.head,
        &mut item.post,
        &mut item.put,
        &mut item.patch,
        &mut item.delete,
        &mut item.options,
    ]
    .into_iter()
    .flatten()
}

/// An optional body may be absent, but is not `null`.
fn allow_no_body(operation: &mut Operation) {
    let Some(RefOr::T(body)) = &mut operation.request_body else {
        return;
    };
    for content in body.content.values_mut() {
        let RefOr::T(content) = content else { continue };
        if let Some(RefOr::T(Schema::OneOf(choice))) = &content.schema {
            content.schema = choice.items.first().cloned();
            body.required = Some(Required::False);
        }
    }
}

/// The routes of the FastAPI generation stay, and are nothing to build on.
fn mark_deprecated(operation: &mut Operation) {
    let is_old = |tags: &Vec<String>| tags.iter().any(|tag| tag == "compatibility");
    if operation.tags.as_ref().is_some_and(is_old) {
        operation.deprecated = Some(Deprecated::True);
    }
}

/// Every response says the request's name.
fn name_requests<'a>(responses: impl Iterator<Item = &'a mut RefOr<utoipa::openapi::Response>>) {
    for response in responses {
        if let RefOr::T(response) = response {
            let header = RefOr::T(request_id());
            response.headers.insert(REQUEST_ID.to_owned(), header);
        }
    }
}

/// Where requests can be too many, the responses to others say what is left.
fn tell_limits(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    if !responses.contains_key("429") {
        return;
    }
    for response in responses.values_mut() {
        if let RefOr::T(response) = response {
            let headers = rate_limit_headers().map(|(name, it)| (name.to_owned(), RefOr::T(it)));
            response.headers.extend(headers);
        }
    }
}

/// Every request can bring one.
fn request_id_parameter() -> Parameter {
    ParameterBuilder::new()
        .name(REQUEST_ID)
        .parameter_in(ParameterIn::Header)
        .description(Some(
            "The request's name in answers and logs, if it is 1 to 64 letters, digits, - _ .",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

fn request_id() -> Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .description(Some("The request's name, for the operator"))
        .build()
}
