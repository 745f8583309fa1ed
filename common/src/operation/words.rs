//! Which jobs are meant, in words.

use crate::clock::rfc3339;
use crate::queue::backend::operator::Selection;
use crate::queue::backend::{JobFact, JobFilter, Outcome};

/// `selection` in words, in a line.
pub(super) fn of_selection(selection: &Selection) -> String {
    match selection {
        Selection::Ids(ids) => match &ids[..] {
            [id] => format!("job {id}"),
            ids => format!("{} jobs by id", ids.len()),
        },
        Selection::Filter(filter) => of_filter(filter),
    }
}

fn of_filter(filter: &JobFilter) -> String {
    let mut parts = Vec::new();
    let mut part = |name: &str, value: Option<&str>| {
        parts.extend(value.map(|value| format!("{name}{value}")));
    };
    part("queue ", filter.queue.as_deref());
    let states: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
    part("", listed(&states).as_deref());
    if !filter.ids.is_empty() {
        part("", Some(&format!("{} ids", filter.ids.len())));
    }
    part("error ", filter.error_contains.as_deref());
    part("failed with ", filter.error_class.as_deref());
    let outcomes: Vec<&str> = filter.outcomes.iter().map(Outcome::as_str).collect();
    part("ended ", listed(&outcomes).as_deref());
    part("since ", filter.created_after.map(rfc3339).as_deref());
    part("until ", filter.created_before.map(rfc3339).as_deref());
    part("key ", filter.idempotency_key.as_deref());
    for fact in &filter.all_of {
        part("", Some(&of_fact(fact)));
    }
    let any: Vec<String> = filter.any_of.iter().map(of_fact).collect();
    let any: Vec<&str> = any.iter().map(String::as_str).collect();
    part("", listed(&any).as_deref());
    parts.join(", ")
}

fn of_fact(fact: &JobFact) -> String {
    let (name, values) = match fact {
        JobFact::Payload { field, values } => (field, values),
        JobFact::Metadata { key, values } => (key, values),
    };
    format!("{name} {}", values.join(" or "))
}

fn listed(words: &[&str]) -> Option<String> {
    (!words.is_empty()).then(|| words.join(" or "))
}
