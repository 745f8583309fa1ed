//! `dossier-worker keys rewrap`

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::Args;
use dossier_common::blob::BlobKeys;
use dossier_common::entropy::Entropy;
use dossier_common::id::BlobId;
use dossier_common::store::Store;
use dossier_common::store::blobs::BlobPlace;
use futures_util::FutureExt;
use serde::Serialize;

use crate::cli::json::print_json;
use crate::cli::progress::Progress;

/// How many rows are read at once.
const PAGE: i64 = 500;

/// A row that was changed meanwhile, or added by a process that has the old key in front, is looked at again,
/// so often.
const PASSES: usize = 3;

/// How many blobs are named that no key opens.
const MOST_NAMED: usize = 20;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Print JSON, for scripts; progress goes to standard error
    #[arg(long)]
    json: bool,
}

/// What came of it.
#[derive(Debug, Serialize)]
struct Report {
    /// The first key.
    kid: String,
    /// How many data keys are wrapped under it by now that were not before.
    rewrapped: u64,
    /// How many are still under each of the other keys of BLOB_KEYS, and of those that had any at the beginning.
    left: BTreeMap<String, i64>,
    /// Some of the blobs that no key of BLOB_KEYS opens.
    lost: Vec<BlobId>,
    /// Whether Ctrl-C came before the end.
    interrupted: bool,
}

pub(super) async fn run(
    store: &Store,
    keys: BlobKeys,
    arguments: &Arguments,
) -> anyhow::Result<ExitCode> {
    let mut ids = keys.ids().into_iter();
    let kid = ids.next().unwrap_or_default();
    let before = others(store, &kid).await?;
    let total: i64 = before.values().sum();
    let mut report = Report {
        kid,
        rewrapped: 0,
        left: before.into_keys().chain(ids).map(|kid| (kid, 0)).collect(),
        lost: Vec::new(),
        interrupted: false,
    };
    let mut progress = Progress::new(u64::try_from(total).unwrap_or(0), "keys");
    for _ in 0..PASSES {
        rewrap_all(store, &keys, &mut report, &mut progress).await?;
        let left = others(store, &report.kid).await?;
        report.left.values_mut().for_each(|count| *count = 0);
        report.left.extend(left);
        if report.interrupted || report.left.values().all(|count| *count == 0) {
            break;
        }
    }
    progress.finish();
    if arguments.json {
        print_json(&report)?;
    } else {
        show(&report);
    }
    let is_done = report.left.values().all(|count| *count == 0);
    Ok(ExitCode::from(u8::from(!is_done)))
}

/// How many data keys are under each key but `kid`.
async fn others(store: &Store, kid: &str) -> anyhow::Result<BTreeMap<String, i64>> {
    let counts = store.count_blobs_by_key().await?.into_iter();
    let counts = counts.filter_map(|it| Some((it.kid?, it.blobs)));
    Ok(counts.filter(|(other, _)| other != kid).collect())
}

/// Walks over all rows under other keys, in the order of their ids.
async fn rewrap_all(
    store: &Store,
    keys: &BlobKeys,
    report: &mut Report,
    progress: &mut Progress,
) -> anyhow::Result<()> {
    let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
    report.lost.clear();
    let mut after = None;
    loop {
        let page = store.list_blobs_under_other_keys(&report.kid, after, PAGE);
        let page = page.await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.id);
        for place in &page {
            rewrap(store, keys, place, report).await?;
            progress.set(report.rewrapped);
        }
        if interrupt.as_mut().now_or_never().is_some() {
            report.interrupted = true;
            return Ok(());
        }
    }
}

async fn rewrap(
    store: &Store,
    keys: &BlobKeys,
    place: &BlobPlace,
    report: &mut Report,
) -> anyhow::Result<()> {
    let Some(old) = &place.sealed else {
        return Ok(());
    };
    match keys.rewrap(old, place.id, &Entropy::system()) {
        Ok(None) => {}
        Ok(Some(new)) => {
            if store.replace_blob_key(place.id, old, &new).await? {
                report.rewrapped += 1;
            }
        }
        Err(error) => {
            if report.lost.len() < MOST_NAMED {
                tracing::debug!(%error, blob = %place.id, "a data key was not wrapped anew");
                report.lost.push(place.id);
            }
        }
    }
    Ok(())
}

fn show(report: &Report) {
    let Report { kid, rewrapped, .. } = report;
    dossier_service::print_line!("wrapped under {kid} now: {rewrapped} data keys");
    for (old, left) in &report.left {
        dossier_service::print_line!("{left} left under {old}");
    }
    if report.interrupted {
        dossier_service::print_line!("interrupted: the same command goes on where it stopped");
    }
    if !report.lost.is_empty() {
        let ids: Vec<String> = report.lost.iter().map(BlobId::to_string).collect();
        dossier_service::print_line!(
            "no key of BLOB_KEYS opens the data keys of {}: put the key back that was removed, and run this again",
            ids.join(", ")
        );
    } else if report.left.values().any(|left| *left > 0) {
        dossier_service::print_line!(
            "a process still wraps under an old key: put {kid} in front everywhere, and run this again"
        );
    }
}
