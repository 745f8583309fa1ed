//! `dossier-api storage show`

use clap::Args;
use dossier_common::id::UserId;
use dossier_common::invisible::is_invisible;
use dossier_common::storage::{StorageUsage, UsageOf};
use dossier_common::store::free_space::FreeSpace;
use dossier_common::store::{Store, StoreError};
use dossier_service::table;
use serde_json::{Value, json};

use crate::storage_limits::StorageLimits;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Show at most so many persons, those whose documents take most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Print JSON, for scripts: {"free_bytes": …, "used_bytes": …, "persons": […], …}
    #[arg(long)]
    json: bool,
}

/// A person's documents, and the address, unless the account was deleted.
struct Person {
    usage: StorageUsage,
    address: Option<String>,
}

pub(super) async fn run(
    store: &Store,
    limits: &StorageLimits,
    arguments: &Arguments,
) -> anyhow::Result<()> {
    let free = FreeSpace::of(store.clone()).bytes().await;
    let total = store.storage_usage(UsageOf::Everybody).await?;
    let persons = persons(store, i64::from(arguments.limit)).await?;
    if arguments.json {
        let page = page(free, &total, &persons, limits);
        dossier_service::print_line!("{}", serde_json::to_string_pretty(&page)?);
        return Ok(());
    }
    let number = |number: Option<u64>, none: &str| {
        number.map_or_else(|| none.to_owned(), |number| number.to_string())
    };
    let mut facts = table::plain();
    for (what, value) in [
        ("free bytes", number(free, "not known")),
        (
            "stay free (STORAGE_RESERVE_BYTES)",
            limits.reserve_bytes.to_string(),
        ),
        ("documents", total.used_files.to_string()),
        ("their bytes", total.used_bytes.to_string()),
        (
            "most (TOTAL_QUOTA_BYTES)",
            number(limits.of_all.bytes, "no limit"),
        ),
        ("uploads under way", total.held.len().to_string()),
        (
            "reserved for them, in bytes",
            total.held_bytes().to_string(),
        ),
        (
            "most of a person (USER_QUOTA_BYTES)",
            number(limits.of_person.bytes, "no limit"),
        ),
        (
            "documents of a person (USER_QUOTA_FILES)",
            number(limits.of_person.files, "no limit"),
        ),
    ] {
        facts.add_row([what.to_owned(), value]);
    }
    dossier_service::print_line!("{facts}");
    if persons.is_empty() {
        return Ok(());
    }
    let mut listing = table::table(["id", "address", "documents", "bytes", "reserved"]);
    for Person { usage, address } in &persons {
        listing.add_row([
            usage.id.clone(),
            address.clone().unwrap_or_else(|| "(deleted)".to_owned()),
            usage.used_files.to_string(),
            usage.used_bytes.to_string(),
            usage.held_bytes().to_string(),
        ]);
    }
    dossier_service::print_line!("\n{listing}");
    Ok(())
}

async fn persons(store: &Store, limit: i64) -> Result<Vec<Person>, StoreError> {
    let mut persons = Vec::new();
    for usage in store.largest_storage_usages(limit).await? {
        let user = match usage.id.parse::<UserId>() {
            Ok(id) => store.find_user(id).await?,
            Err(_) => None,
        };
        let visible =
            |text: &str| -> String { text.chars().filter(|c| !is_invisible(*c)).collect() };
        let address = user.map(|user| visible(user.email.as_str()));
        persons.push(Person { usage, address });
    }
    Ok(persons)
}

fn page(
    free: Option<u64>,
    total: &StorageUsage,
    persons: &[Person],
    limits: &StorageLimits,
) -> Value {
    let persons: Vec<Value> = persons
        .iter()
        .map(|Person { usage, address }| {
            json!({
                "id": usage.id,
                "address": address,
                "used_bytes": usage.used_bytes,
                "used_files": usage.used_files,
                "reserved_bytes": usage.held_bytes(),
            })
        })
        .collect();
    json!({
        "free_bytes": free,
        "reserve_bytes": limits.reserve_bytes,
        "used_bytes": total.used_bytes,
        "used_files": total.used_files,
        "uploads_under_way": total.held.len(),
        "reserved_bytes": total.held_bytes(),
        "total_quota_bytes": limits.of_all.bytes,
        "user_quota_bytes": limits.of_person.bytes,
        "user_quota_files": limits.of_person.files,
        "persons": persons,
    })
}
