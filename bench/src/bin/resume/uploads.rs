//! Large uploads at once cost the API little memory, and keep nobody else waiting.

use std::convert::Infallible;
use std::fs;
use std::time::{Duration, Instant};

use dossier_bench::{Promises, peak_memory_kib_of, percentile};
use futures_util::future::join_all;
use futures_util::stream;
use reqwest::Method;
use reqwest::multipart::Part;
use tokio::sync::oneshot;

use crate::MIB;
use crate::place::Place;

/// How much memory the API may take, in MiB.
const MOST_MIB: u64 = 256;

/// How long `/livez` may take for 99 of a hundred, in milliseconds.
const MOST_MILLIS: f64 = 50.0;

/// Between two questions whether the API lives.
const PAUSE: Duration = Duration::from_millis(20);

/// How long all uploads may take.
const LIMIT: Duration = Duration::from_secs(900);

static CHUNK: [u8; 64 * 1024] = [b'x'; 64 * 1024];

/// Uploads so many documents at once, of so many bytes each.
pub(crate) async fn look(
    place: &Place,
    (uploads, size): (u32, u64),
    promises: &mut Promises,
) -> anyhow::Result<()> {
    // The peak is measured from here on.
    let _ = fs::write(format!("/proc/{}/clear_refs", place.api_pid), "5");
    let (stop, stopped) = oneshot::channel();
    let asking = tokio::spawn(ask(format!("{}/livez", place.api_url), stopped));
    let began = Instant::now();
    let sending = (0..uploads).map(|_| upload(place, size));
    let statuses = join_all(sending).await;
    let took = began.elapsed().as_secs_f64();
    drop(stop);
    let millis = asking.await?;
    let statuses: Result<Vec<u16>, _> = statuses.into_iter().collect();
    let statuses = statuses?;
    let accepted = statuses.iter().filter(|status| **status == 202).count();
    let of = "uploads";
    let megabytes = (u64::from(uploads) * size) as f64 / 1e6;
    promises.add(
        of,
        format!("{uploads} × {} MiB at once are accepted", size / MIB),
        format!("{accepted}, {:.0} MB/s", megabytes / took),
        accepted == statuses.len(),
    );
    let peak = peak_memory_kib_of(place.api_pid).map(|kib| kib / 1024);
    promises.add(
        of,
        format!("the API takes at most {MOST_MIB} MiB meanwhile"),
        peak.map_or("not known here".to_owned(), |mib| format!("{mib} MiB")),
        peak.is_none_or(|mib| mib <= MOST_MIB),
    );
    let slow = percentile(&millis, 99.0);
    promises.add(
        of,
        format!("/livez takes at most {MOST_MILLIS} ms (p99)"),
        format!("{slow:.1} ms of {} answers", millis.len()),
        slow <= MOST_MILLIS && !millis.is_empty(),
    );
    Ok(())
}

/// Asks again and again whether the API lives, until it is told to stop; how long each answer took, in milliseconds.
async fn ask(url: String, mut stopped: oneshot::Receiver<()>) -> Vec<f64> {
    let (http, mut millis) = (reqwest::Client::new(), Vec::new());
    while stopped.try_recv() == Err(oneshot::error::TryRecvError::Empty) {
        let began = Instant::now();
        let answer = http.get(&url).timeout(Duration::from_secs(5)).send().await;
        // No answer counts as the longest there is.
        let took = match answer {
            Ok(answer) if answer.status().is_success() => began.elapsed(),
            Ok(_) | Err(_) => Duration::from_secs(5),
        };
        millis.push(took.as_secs_f64() * 1000.0);
        tokio::time::sleep(PAUSE).await;
    }
    millis
}

/// Uploads one document; the status.
async fn upload(place: &Place, size: u64) -> anyhow::Result<u16> {
    let ops = place.ops().await?;
    let whole = size / CHUNK.len() as u64;
    let rest = usize::try_from(size % CHUNK.len() as u64)?;
    let chunks = (0..whole).map(|_| &CHUNK[..]).chain([&CHUNK[..rest]]);
    let chunks = chunks.map(Ok::<&'static [u8], Infallible>);
    let body = reqwest::Body::wrap_stream(stream::iter(chunks));
    let part = Part::stream_with_length(body, size).file_name("large.docx");
    let request = ops.request(Method::POST, "/v1/files");
    let request = request.multipart(place.form(part)).timeout(LIMIT);
    Ok(ops.send(request).await?.status.as_u16())
}
