//! `dossier-api audit`

use clap::{Args, Subcommand};
use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};
use dossier_common::audit::{Act, AuditEntry, Outcome};
use dossier_common::clock::{parse_rfc3339, rfc3339};
use dossier_common::config::{DatabaseSettings, Environment};
use dossier_common::id::{AuditId, UserId};
use dossier_common::queue::QueueSettings;
use dossier_common::store::Store;
use dossier_common::store::audit::AuditFilter;
use mongodb::bson::DateTime;

use crate::wire::AuditEntryResponse;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List entries, newest first
    List(List),
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Only of this act, such as log_in
    #[arg(long)]
    act: Option<Act>,
    /// Only with this outcome: done, failed or denied
    #[arg(long)]
    outcome: Option<Outcome>,
    /// Only what this person did
    #[arg(long, value_name = "ID")]
    user: Option<UserId>,
    /// Only what is about this person, document, link, session, sign-up or job
    #[arg(long, value_name = "ID")]
    object: Option<String>,
    /// Only from this network, such as 192.0.2.1 or 2001:db8:1:2::/64
    #[arg(long)]
    network: Option<String>,
    /// Not before this time, such as 2026-11-25T08:30:00Z
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    from: Option<DateTime>,
    /// Before this time
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    until: Option<DateTime>,
    /// Show at most so many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Go on after the entry with this id
    #[arg(long, value_name = "ID")]
    after: Option<AuditId>,
    /// Print JSON, for scripts: {"items": […]}
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command) -> anyhow::Result<()> {
    let mut env = Environment::of_process();
    let database = DatabaseSettings::read(&mut env);
    let database = env.finish(database)?;
    let settings = QueueSettings::default();
    let store = Store::open(database.uri(), "dossier-api audit", &settings).await?;
    match command {
        Command::List(arguments) => list(&store, arguments).await,
    }
}

async fn list(store: &Store, arguments: List) -> anyhow::Result<()> {
    if let (Some(from), Some(until)) = (arguments.from, arguments.until) {
        anyhow::ensure!(from <= until, "--until must not be before --from");
    }
    let filter = AuditFilter {
        act: arguments.act,
        outcome: arguments.outcome,
        user: arguments.user,
        object: arguments.object,
        network: arguments.network,
        from: arguments.from,
        until: arguments.until,
    };
    let limit = i64::from(arguments.limit);
    let entries = store.list_audit(&filter, arguments.after, limit).await?;
    if arguments.json {
        let items = entries.into_iter().map(AuditEntryResponse::from);
        let page = serde_json::json!({ "items": items.collect::<Vec<_>>() });
        dossier_service::print_line!("{}", serde_json::to_string_pretty(&page)?);
        return Ok(());
    }
    if entries.is_empty() {
        dossier_service::print_line!("no such entries");
        return Ok(());
    }
    dossier_service::print_line!("{}", table(&entries));
    if entries.len() == usize::from(arguments.limit)
        && let Some(last) = entries.last()
    {
        dossier_service::print_line!("more: --after {}", last.id);
    }
    Ok(())
}

fn table(entries: &[AuditEntry]) -> Table {
    let mut table = Table::new();
    let line = LineStyle::none().fill('─').junction('─');
    table
        .load_style(TableStyle::new().header_separator(line))
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header([
        "at (UTC)", "act", "outcome", "by", "about", "network", "count",
    ]);
    for entry in entries {
        let reason = entry.reason.as_deref().unwrap_or_default();
        let user = entry.user_id.map(|id| id.to_string());
        let about = entry
            .objects
            .iter()
            .chain(&entry.address)
            .chain(&entry.detail);
        table.add_row([
            rfc3339(entry.at),
            entry.act.as_str().to_owned(),
            format!("{} {reason}", entry.outcome.as_str()),
            user.unwrap_or_else(|| entry.actor.as_str().to_owned()),
            about.cloned().collect::<Vec<_>>().join("\n"),
            entry.network.clone().unwrap_or_default(),
            entry.count.to_string(),
        ]);
    }
    table
}

fn parse_time(text: &str) -> Result<DateTime, &'static str> {
    parse_rfc3339(text).ok_or("must be a time of RFC 3339, such as 2026-11-25T08:30:00Z")
}
