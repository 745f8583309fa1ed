//! The conditions on jobs, as the address of the list and the fields of forms have them.

use std::collections::BTreeMap;

use dossier_common::queue::QueueName;
use url::form_urlencoded;

use crate::console::form::Form;
use crate::wire::JobFilterRequest;

/// The conditions by their names.
pub(super) type Conditions = BTreeMap<String, String>;

/// Their names, as in `GET /v1/admin/jobs`.
const NAMES: [&str; 11] = [
    "queue", "state", "kind", "user", "email", "file", "link", "error", "ended", "from", "until",
];

/// How attempts end.
pub(super) const OUTCOMES: [&str; 12] = [
    "done",
    "skipped",
    "failed",
    "retry_after",
    "snoozed",
    "aborted",
    "panicked",
    "timed_out",
    "lease_expired",
    "released",
    "undecodable",
    "cancelled",
];

/// The names of all queues.
pub(super) fn queues() -> Vec<&'static str> {
    QueueName::ALL.iter().map(|queue| queue.as_str()).collect()
}

/// Those of an address, without its page.
pub(super) fn of_address(values: &BTreeMap<String, String>) -> Conditions {
    let known = values
        .iter()
        .filter(|(name, _)| NAMES.contains(&name.as_str()));
    known
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Those that a form has in its fields.
pub(super) fn of_form(form: &Form) -> Conditions {
    let filled = NAMES.into_iter().filter_map(|name| {
        let value = form.get(name)?;
        Some((name.to_owned(), value.to_owned()))
    });
    filled.collect()
}

/// As the API takes them.
pub(super) fn request(conditions: &Conditions) -> JobFilterRequest {
    let value = |name: &str| conditions.get(name).cloned();
    JobFilterRequest {
        queue: value("queue"),
        state: value("state"),
        kind: value("kind"),
        user: value("user"),
        email: value("email"),
        file: value("file"),
        link: value("link"),
        error: value("error"),
        ended: value("ended"),
        from: value("from"),
        until: value("until"),
    }
}

/// The address of the page at `path` about the same jobs.
pub(super) fn address(path: &str, conditions: &Conditions) -> String {
    if conditions.is_empty() {
        return path.to_owned();
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(conditions);
    format!("{path}?{}", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_and_what_is_done_to_all_of_it_mean_the_same_jobs() {
        let values = [("state", "dead"), ("error", "550 & more"), ("cursor", "x")];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let conditions = of_address(&BTreeMap::from(values));
        assert_eq!(
            address("/admin/jobs/bulk", &conditions),
            "/admin/jobs/bulk?error=550+%26+more&state=dead"
        );
        let request = request(&conditions);
        assert_eq!(request.state.as_deref(), Some("dead"));
        assert_eq!(request.error.as_deref(), Some("550 & more"));
        assert_eq!(request.queue, None);
        assert_eq!(
            address("/admin/jobs", &Conditions::new()),
            "/admin/jobs",
            "without conditions"
        );
    }
}
