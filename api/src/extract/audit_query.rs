//! Which part of the audit is asked for.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use dossier_common::audit::Outcome;
use dossier_common::clock::parse_rfc3339;
use dossier_common::store::audit::AuditFilter;
use mongodb::bson::DateTime;
use utoipa::IntoParams;

use super::PageRequest;
use super::query::read_query;
use crate::problem::{Code, Fails, FieldError, Problem};
use crate::state::AppState;

/// How long the name of an object or a network is at most.
const MAX_CHARS: usize = 100;

/// The page and the entries that are asked for.
#[derive(Clone, Debug)]
pub struct AuditQuery {
    /// Which page.
    pub page: PageRequest,
    /// Of which entries.
    pub filter: AuditFilter,
}

/// The parameters of the audit.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes the parameters")]
pub struct AuditParameters {
    /// How many items.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// What was done, such as `log_in`.
    #[param(example = "log_in")]
    act: Option<String>,
    /// What came of it.
    #[param(pattern = "^(done|failed|denied)$")]
    outcome: Option<String>,
    /// Who did it.
    #[param(pattern = "^usr_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    user: Option<String>,
    /// The id of what it was about: a person, document, link, session, sign-up or job.
    #[param(min_length = 1, max_length = 100)]
    object: Option<String>,
    /// The network it came from, as entries name it: `192.0.2.1` or `2001:db8:1:2::/64`.
    #[param(min_length = 1, max_length = 100)]
    network: Option<String>,
    /// Not before this time.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Before this time.
    #[param(format = DateTime)]
    until: Option<String>,
}

impl FromRequestParts<AppState> for AuditQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        let names = [
            "limit", "cursor", "act", "outcome", "user", "object", "network", "from", "until",
        ];
        let values = read_query(&parts.uri, names)?;
        let [
            limit,
            cursor,
            act,
            outcome,
            user,
            object,
            network,
            from,
            until,
        ] = values;
        let mut errors = Vec::new();
        let (from, until) = times(&mut errors, from, until);
        let filter = AuditFilter {
            act: word(
                &mut errors,
                "act",
                act,
                "must be an act of the audit, such as log_in",
            ),
            outcome: word::<Outcome>(
                &mut errors,
                "outcome",
                outcome,
                "must be done, failed or denied",
            ),
            user: word(&mut errors, "user", user, "must be the id of a person"),
            object: text(&mut errors, "object", object),
            network: text(&mut errors, "network", network),
            from,
            until,
        };
        if !errors.is_empty() {
            return Err(Problem::invalid_fields(errors));
        }
        let page = PageRequest::read(limit, cursor)?;
        Ok(Self { page, filter })
    }
}

impl Fails for AuditQuery {
    fn codes() -> Vec<Code> {
        PageRequest::codes()
    }
}

pub(super) fn word<T: FromStr>(
    errors: &mut Vec<FieldError>,
    name: &'static str,
    value: Option<String>,
    rule: &'static str,
) -> Option<T> {
    checked(errors, name, value, rule, |text| text.parse().ok())
}

pub(super) fn text(
    errors: &mut Vec<FieldError>,
    name: &'static str,
    value: Option<String>,
) -> Option<String> {
    checked(errors, name, value, "must be 1 to 100 characters", |text| {
        let fits = (1..=MAX_CHARS).contains(&text.chars().count());
        fits.then(|| text.to_owned())
    })
}

/// Two times; those between which nothing can be are refused: whoever gives them has meant them the other way round.
pub(super) fn times(
    errors: &mut Vec<FieldError>,
    from: Option<String>,
    until: Option<String>,
) -> (Option<DateTime>, Option<DateTime>) {
    let from = instant(errors, "from", from);
    let until = instant(errors, "until", until);
    if let (Some(from), Some(until)) = (from, until)
        && until < from
    {
        errors.push(FieldError::new("until", "must not be before `from`"));
    }
    (from, until)
}

fn instant(
    errors: &mut Vec<FieldError>,
    name: &'static str,
    value: Option<String>,
) -> Option<DateTime> {
    let rule = "must be a time of RFC 3339, such as 2026-11-25T08:30:00Z";
    checked(errors, name, value, rule, parse_rfc3339)
}

pub(super) fn checked<T>(
    errors: &mut Vec<FieldError>,
    name: &'static str,
    value: Option<String>,
    rule: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let value = value?;
    let read = read(&value);
    if read.is_none() {
        errors.push(FieldError::new(name, rule));
    }
    read
}
