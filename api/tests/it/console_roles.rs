//! Who may see and do what in the console, for every one of its routes.

use std::collections::BTreeSet;
use std::path::Path;

use axum::http::Method;
use dossier_common::user::Role;

use self::For::{Admins, Clients, Everybody, Ops, SignedIn, Staff};
use crate::harness::{Answer, App, Visitor, routes_in};

const FORM: &str = "application/x-www-form-urlencoded";

/// Whom a route is for.
#[derive(Clone, Copy, Debug)]
enum For {
    Everybody,
    SignedIn,
    Clients,
    Ops,
    /// Ops and admins.
    Staff,
    Admins,
}

const ROUTES: &[(For, &str, &str)] = &[
    (Everybody, "GET", "/assets/{file}"),
    (Everybody, "GET", "/sign-in"),
    (Everybody, "POST", "/sign-in"),
    (Everybody, "GET", "/sign-up"),
    (Everybody, "POST", "/sign-up"),
    (Everybody, "POST", "/language"),
    (Everybody, "GET", "/signed-out"),
    // Leads to what a role sees first.
    (SignedIn, "GET", "/"),
    (SignedIn, "GET", "/documents"),
    (SignedIn, "GET", "/documents/events"),
    (SignedIn, "GET", "/documents/{id}"),
    (SignedIn, "GET", "/documents/{id}/events"),
    (SignedIn, "GET", "/account"),
    (SignedIn, "POST", "/account/password"),
    (SignedIn, "POST", "/account/notices"),
    (SignedIn, "GET", "/account/second-factor"),
    (SignedIn, "POST", "/account/second-factor"),
    (SignedIn, "POST", "/account/second-factor/confirm"),
    (SignedIn, "POST", "/account/second-factor/disable"),
    (SignedIn, "GET", "/account/sessions"),
    (SignedIn, "POST", "/account/sessions/end-others"),
    (SignedIn, "POST", "/account/sessions/{id}/end"),
    (Clients, "GET", "/documents/history"),
    (Clients, "GET", "/documents/downloads/{link_id}"),
    (Clients, "POST", "/documents/{id}/download"),
    (Ops, "GET", "/upload"),
    (Ops, "POST", "/upload/audience"),
    (Ops, "POST", "/upload/{csrf}"),
    (Ops, "POST", "/documents/{id}/content/{csrf}"),
    (Ops, "POST", "/console/uploads"),
    (Ops, "HEAD", "/console/uploads/{id}"),
    (Ops, "PATCH", "/console/uploads/{id}"),
    (Ops, "DELETE", "/console/uploads/{id}"),
    (Staff, "POST", "/documents/{id}/change"),
    (Staff, "POST", "/documents/{id}/withdraw"),
    (Staff, "POST", "/documents/{id}/restore"),
    (Staff, "POST", "/documents/{id}/notify"),
    (Staff, "GET", "/invitations"),
    (Staff, "POST", "/invitations"),
    (Staff, "POST", "/invitations/{id}/revoke"),
    (Staff, "GET", "/groups"),
    (Staff, "POST", "/groups"),
    (Staff, "GET", "/groups/{id}"),
    (Staff, "POST", "/groups/{id}/rename"),
    (Staff, "POST", "/groups/{id}/members"),
    (Staff, "POST", "/groups/{id}/delete"),
    (Admins, "GET", "/admin"),
    (Admins, "GET", "/admin/overview/events"),
    (Admins, "GET", "/admin/queues"),
    (Admins, "GET", "/admin/queues/{name}"),
    (Admins, "POST", "/admin/queues/{name}/pause"),
    (Admins, "POST", "/admin/queues/{name}/resume"),
    (Admins, "POST", "/admin/queues/{name}/limit"),
    (Admins, "GET", "/admin/workers"),
    (Admins, "GET", "/admin/mails"),
    (Admins, "GET", "/admin/explain"),
    (Admins, "GET", "/admin/jobs"),
    (Admins, "GET", "/admin/jobs/bulk"),
    (Admins, "POST", "/admin/jobs/bulk"),
    (Admins, "GET", "/admin/jobs/{id}"),
    (Admins, "POST", "/admin/jobs/{id}/{verb}"),
    (Admins, "GET", "/admin/operations"),
    (Admins, "GET", "/admin/operations/{id}"),
    (Admins, "POST", "/admin/operations/{id}/stop"),
    (Admins, "POST", "/admin/operations/{id}/resume"),
    (Admins, "GET", "/admin/failures"),
    (Admins, "POST", "/admin/failures/retry"),
    (Admins, "GET", "/admin/users"),
    (Admins, "POST", "/admin/users"),
    (Admins, "GET", "/admin/users/{id}"),
    (Admins, "POST", "/admin/users/{id}/role"),
    (Admins, "POST", "/admin/users/{id}/disable"),
    (Admins, "POST", "/admin/users/{id}/enable"),
    (Admins, "POST", "/admin/users/{id}/delete"),
    (Admins, "POST", "/admin/users/{id}/send-reset"),
    (Admins, "POST", "/admin/users/{id}/send-second-factor-reset"),
    (Admins, "GET", "/admin/audit"),
    // The last one: it ends the session.
    (Everybody, "POST", "/sign-out"),
];

impl For {
    /// Whether somebody in this role is meant, or somebody who is not signed in.
    fn includes(self, role: Option<Role>) -> bool {
        match self {
            Everybody => true,
            SignedIn => role.is_some(),
            Clients => role == Some(Role::Client),
            Ops => role == Some(Role::Ops),
            Staff => matches!(role, Some(Role::Ops | Role::Admin)),
            Admins => role == Some(Role::Admin),
        }
    }
}

/// `path` with the token of forms in its place, and ids of nothing in theirs.
fn filled(path: &str, csrf: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{csrf}" => csrf,
        _ if part.starts_with('{') => "x",
        _ => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// What a page of the console is answered that asks for no more than the route.
async fn asked(app: &App, visitor: Option<&Visitor>, method: &str, path: &str) -> Answer {
    let method: Method = method.parse().expect("a method");
    let is_form = !method.is_safe();
    let csrf = visitor.map_or("x", |visitor| visitor.csrf.as_str());
    let path = filled(path, csrf);
    let call = match visitor {
        Some(visitor) => visitor.call(method, &path),
        None => app
            .call(method, &path)
            .header("sec-fetch-site", "same-origin"),
    };
    let call = match is_form {
        true => call.body(FORM, format!("csrf={csrf}")),
        false => call,
    };
    call.head().await
}

/// Whether somebody in this role, or not signed in, is answered as they should be. Who may not do something is refused
/// before it is looked at whether it can be done.
fn is_right(answer: &Answer, meant: For, role: Option<Role>, path: &str) -> bool {
    let status = answer.status.as_u16();
    let must_sign_in = status == 303 && answer.header("location").starts_with("/sign-in");
    match (meant.includes(role), role) {
        (true, _) => !must_sign_in && !matches!(status, 401 | 403 | 405 | 500..),
        (false, Some(_)) => status == 403,
        // Scripts get no page.
        (false, None) if path.starts_with("/console/") => status == 401,
        (false, None) => must_sign_in,
    }
}

#[tokio::test]
async fn every_route_answers_each_role_as_expected() {
    let app = App::start().await;
    let mut visitors = vec![(None, None)];
    for role in [Role::Client, Role::Ops, Role::Admin] {
        let email = format!("{role}@example.com");
        let visitor = Visitor::new(&app, &email, role).await;
        visitors.push((Some(role), Some(visitor)));
    }
    let mut wrong = Vec::new();
    for &(meant, method, path) in ROUTES {
        for (role, visitor) in &visitors {
            let answer = asked(&app, visitor.as_ref(), method, path).await;
            if !is_right(&answer, meant, *role, path) {
                let (status, location) = (answer.status, answer.header("location"));
                wrong.push(format!(
                    "{method} {path}, {meant:?}, as {role:?}: {status} {location}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_route_is_missing_here() {
    let known = ROUTES.iter();
    let known = known.map(|&(_, method, path)| (method.to_owned(), path.to_owned()));
    let known: BTreeSet<_> = known.collect();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console");
    let routes = routes_in(&sources, &[]);
    let new: Vec<_> = routes.difference(&known).collect();
    assert!(new.is_empty(), "say here who may ask for {new:#?}");
    let gone: Vec<_> = known.difference(&routes).collect();
    assert!(gone.is_empty(), "gone: {gone:#?}");
}
