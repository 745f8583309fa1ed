//! `dossier-worker keys list`

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::Args;
use dossier_common::blob::BlobKeys;
use dossier_common::store::Store;
use dossier_service::table;
use serde::Serialize;

use crate::cli::json::print_json;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Print JSON, for scripts: [{"kid": …, "blobs": …, "use": "wraps" | "opens" | "missing"}, …]
    #[arg(long)]
    json: bool,
}

/// What a key is good for here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Use {
    /// It is the first.
    Wraps,
    /// It is another one.
    Opens,
    /// It is not in BLOB_KEYS: what is sealed under it cannot be read.
    Missing,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Line {
    kid: String,
    /// How many documents are sealed under it.
    blobs: i64,
    r#use: Use,
}

pub(super) async fn run(
    store: &Store,
    keys: Option<&BlobKeys>,
    arguments: &Arguments,
) -> anyhow::Result<ExitCode> {
    let counts = store.count_blobs_by_key().await?;
    let counts = counts
        .into_iter()
        .filter_map(|it| Some((it.kid?, it.blobs)));
    let lines = lines(
        keys.map(BlobKeys::ids).unwrap_or_default(),
        counts.collect(),
    );
    let is_complete = lines.iter().all(|line| line.r#use != Use::Missing);
    if arguments.json {
        print_json(&lines)?;
    } else {
        show(&lines);
    }
    Ok(ExitCode::from(u8::from(!is_complete)))
}

/// The keys that are there, the one that wraps first, then those that are missing.
fn lines(ids: Vec<String>, mut counts: BTreeMap<String, i64>) -> Vec<Line> {
    let known = ids.into_iter().enumerate().map(|(index, kid)| Line {
        blobs: counts.remove(&kid).unwrap_or(0),
        kid,
        r#use: if index == 0 { Use::Wraps } else { Use::Opens },
    });
    let mut lines: Vec<Line> = known.collect();
    lines.extend(counts.into_iter().map(|(kid, blobs)| Line {
        kid,
        blobs,
        r#use: Use::Missing,
    }));
    lines
}

fn show(lines: &[Line]) {
    if lines.is_empty() {
        dossier_service::print_line!("BLOB_KEYS is not set, and no document is sealed");
        return;
    }
    let mut listing = table::table(["key", "documents", "use"]);
    for line in lines {
        let does = match line.r#use {
            Use::Wraps => "wraps",
            Use::Opens => "opens",
            Use::Missing => "MISSING: put it back into BLOB_KEYS",
        };
        listing.add_row([line.kid.clone(), line.blobs.to_string(), does.to_owned()]);
    }
    dossier_service::print_line!("{listing}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_keys_come_last_and_unused_ones_are_shown() {
        let counts = BTreeMap::from([("b1".to_owned(), 3), ("old".to_owned(), 5)]);
        let lines = lines(vec!["b2".to_owned(), "b1".to_owned()], counts);
        let shown: Vec<_> = lines
            .iter()
            .map(|line| (line.kid.as_str(), line.blobs, line.r#use))
            .collect();
        let expected = [
            ("b2", 0, Use::Wraps),
            ("b1", 3, Use::Opens),
            ("old", 5, Use::Missing),
        ];
        assert_eq!(shown, expected);
    }
}
