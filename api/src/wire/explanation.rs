//! What became of an address or a document, on the wire.

use dossier_common::story::{Explanation, Known};
use serde::Serialize;
use utoipa::ToSchema;

use super::JobResponse;

/// What is stored of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Known)]
pub struct KnownResponse {
    /// Its id.
    #[schema(example = "usr_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    pub id: String,
    /// What is stored of it, for people; addresses are masked.
    #[schema(example = "account of a***@example.com: client, active, made at 2026-11-25 08:30:00")]
    pub says: String,
}

/// What became of the mails to an address, or of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Explanation)]
pub struct ExplanationResponse {
    /// What is stored of it.
    #[schema(max_items = 1000)]
    pub known: Vec<KnownResponse>,
    /// Its newest jobs, newest first.
    #[schema(max_items = 20)]
    pub jobs: Vec<JobResponse>,
    /// What it comes to, and what to do.
    #[schema(max_items = 100)]
    pub conclusions: Vec<String>,
}

impl From<Known> for KnownResponse {
    fn from(known: Known) -> Self {
        Self {
            id: known.id,
            says: known.says,
        }
    }
}

impl From<Explanation> for ExplanationResponse {
    fn from(said: Explanation) -> Self {
        Self {
            known: said.known.into_iter().map(Into::into).collect(),
            jobs: said.jobs.iter().map(JobResponse::from).collect(),
            conclusions: said.conclusions,
        }
    }
}
