//! What jobs are about, as their payloads say it.

use apalis_mongodb::JobFact;

/// That the payload's `field` is one of `values`.
pub fn about(field: &str, values: impl IntoIterator<Item = String>) -> JobFact {
    JobFact::Payload {
        field: field.to_owned(),
        values: values.into_iter().collect(),
    }
}
