//! How fast the path is on an idle stack.

use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::json;

use super::error::{StoryError, require};
use super::fixture::Fixture;
use super::walk::Outcome;

/// Pause between two looks at an upload.
const POLL: Duration = Duration::from_millis(2);

/// Medians and ninetieth percentiles, in milliseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Timings {
    /// How often each was measured.
    pub samples: usize,
    /// From asking for a link to holding its address.
    pub link_median_ms: f64,
    /// The same, for nine of ten.
    pub link_p90_ms: f64,
    /// From the 202 for a document of 100 KB until it is available.
    pub available_median_ms: f64,
    /// The same, for nine of ten.
    pub available_p90_ms: f64,
}

/// Measures links and uploads, one after the other.
///
/// # Errors
///
/// When one of them fails.
pub async fn measure(outcome: &Outcome, samples: usize) -> Result<Timings, StoryError> {
    let mut links = Vec::with_capacity(samples);
    for _ in 0..samples {
        links.push(time_link(outcome).await?);
    }
    let document = Fixture::read("large-report.docx")?;
    let mut uploads = Vec::with_capacity(samples);
    for _ in 0..samples {
        uploads.push(time_upload(outcome, &document).await?);
    }
    links.sort_unstable();
    uploads.sort_unstable();
    Ok(Timings {
        samples,
        link_median_ms: percentile(&links, 50),
        link_p90_ms: percentile(&links, 90),
        available_median_ms: percentile(&uploads, 50),
        available_p90_ms: percentile(&uploads, 90),
    })
}

async fn time_link(outcome: &Outcome) -> Result<Duration, StoryError> {
    let path = format!("/v1/files/{}/links", outcome.file_id);
    let began = Instant::now();
    let answer = outcome.client.post(&path, &json!({})).await?;
    let taken = began.elapsed();
    answer.expect(201)?.text("download_url")?;
    Ok(taken)
}

async fn time_upload(outcome: &Outcome, document: &Fixture) -> Result<Duration, StoryError> {
    let id = outcome
        .ops
        .upload("/v1/files", document)
        .await?
        .expect(202)?
        .text("id")?;
    let began = Instant::now();
    let file = outcome.ops.final_file(&id, POLL).await?;
    let taken = began.elapsed();
    require(
        "the state of the upload",
        file["state"].as_str(),
        Some("available"),
    )?;
    Ok(taken)
}

fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted
        .get(index)
        .map_or(f64::NAN, |value| value.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_in_the_middle() {
        let sorted = [1, 2, 3, 4, 5].map(Duration::from_millis);
        assert!((percentile(&sorted, 50) - 3.0).abs() < 1e-9);
        assert!((percentile(&sorted, 100) - 5.0).abs() < 1e-9);
    }
}
