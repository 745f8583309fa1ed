//! `dossier-api storage recount`

use clap::Args;
use dossier_common::store::Store;
use dossier_common::store::storage_recount::{Recount, StorageCount};
use dossier_service::table;
use serde_json::{Value, json};

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Say what is wrong and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Print JSON, for scripts: {"rows": 3, "wrong": […]}
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(store: &Store, arguments: &Arguments) -> anyhow::Result<()> {
    let recounts = match arguments.dry_run {
        true => store.compare_storage().await?,
        false => store.recount_storage().await?,
    };
    let wrong: Vec<&Recount> = recounts.iter().filter(|it| !it.is_right()).collect();
    if arguments.json {
        let items: Vec<Value> = wrong.iter().map(|it| item(it)).collect();
        let page = json!({
            "rows": recounts.len(), "wrong": items, "put_right": !arguments.dry_run,
        });
        dossier_service::print_line!("{}", serde_json::to_string_pretty(&page)?);
        return Ok(());
    }
    let rows = recounts.len();
    if wrong.is_empty() {
        dossier_service::print_line!("all {rows} rows are right");
        return Ok(());
    }
    let header = [
        "whose",
        "documents said",
        "counted",
        "bytes said",
        "counted",
        "strays",
    ];
    let mut listing = table::table(header);
    for recount in &wrong {
        let (said, counted) = (recount.recorded, recount.counted);
        listing.add_row([
            recount.id.clone(),
            said.files.to_string(),
            counted.files.to_string(),
            said.bytes.to_string(),
            counted.bytes.to_string(),
            recount.strays.len().to_string(),
        ]);
    }
    dossier_service::print_line!("{listing}");
    let what = match arguments.dry_run {
        true => "are wrong; without --dry-run they are put right",
        false => "were wrong and are right now",
    };
    dossier_service::print_line!("{} of {rows} rows {what}", wrong.len());
    Ok(())
}

fn item(recount: &Recount) -> Value {
    let count = |count: StorageCount| json!({ "bytes": count.bytes, "files": count.files });
    json!({
        "id": recount.id,
        "recorded": count(recount.recorded),
        "counted": count(recount.counted),
        "strays": recount.strays,
    })
}
