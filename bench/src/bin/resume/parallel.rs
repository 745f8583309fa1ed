//! Many requests at once for a link of one use get no more than was bought.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use dossier_bench::Promises;
use futures_util::future::join_all;

use crate::place::Place;
use crate::{MIB, document};

/// How large the document is.
const SIZE: u64 = 8 * MIB;

/// What a use buys beyond the document, for repeats: this at least,
const TAIL_BYTES: u64 = 64 * 1024;

/// or this part of the document.
const TAIL_SHARE: u64 = 20;

/// How long all requests may take.
const LIMIT: Duration = Duration::from_secs(120);

/// Sends `requests` at once, in whole and for ranges, and counts what comes.
pub(crate) async fn look(
    place: &Place,
    requests: u32,
    promises: &mut Promises,
) -> anyhow::Result<()> {
    let document = document::of_size(SIZE)?;
    let size = document.bytes.len() as u64;
    let file = place.upload(&document).await?;
    let client = place.client().await?;
    let link = place.one_use(&client, &file).await?;
    let bearer = client.token().context("an access token")?;
    let url = format!("{}{}", place.api_url, link.path);
    let (http, arrived) = (reqwest::Client::new(), Arc::new(AtomicU64::new(0)));
    let asking = (0..requests).map(|number| {
        let request = http.get(&url).bearer_auth(bearer).timeout(LIMIT);
        // Half of them want everything, the others end where the document ends.
        let from = size * u64::from(number) / u64::from(requests);
        let request = match number % 2 {
            0 => request,
            _ => request.header("range", format!("bytes={from}-")),
        };
        count(request, arrived.clone())
    });
    let statuses = join_all(asking).await;
    let given = statuses.iter().filter(|it| matches!(it, Some(200 | 206)));
    let (given, arrived) = (given.count(), arrived.load(Ordering::SeqCst));
    let most = size + TAIL_BYTES.max(size / TAIL_SHARE);
    promises.add(
        "one use",
        format!("{requests} requests at once get the document and its tail at most"),
        format!(
            "{arrived} bytes of {size} in {given} answers; {:.2} documents",
            arrived as f64 / size as f64
        ),
        arrived <= most,
    );
    let unexpected = statuses
        .iter()
        .flatten()
        .filter(|status| !matches!(status, 200 | 206 | 404))
        .count();
    promises.add(
        "one use",
        "whoever gets nothing is told 404",
        format!("{unexpected} other answers"),
        unexpected == 0,
    );
    Ok(())
}

/// Sends a request and counts what comes of the document, also when it breaks off; the status.
async fn count(request: reqwest::RequestBuilder, arrived: Arc<AtomicU64>) -> Option<u16> {
    let mut answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    let is_document = matches!(status, 200 | 206);
    while let Ok(Some(chunk)) = answer.chunk().await {
        if is_document {
            arrived.fetch_add(chunk.len() as u64, Ordering::SeqCst);
        }
    }
    Some(status)
}
