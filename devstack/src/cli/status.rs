//! `cargo dev status`

use std::process::ExitCode;

use anyhow::Result;
use comfy_table::{Table, presets};
use dossier_devstack::stack::{Running, StackRecord};
use dossier_devstack::supervisor::Supervisor;
use serde_json::json;

use super::{output, running};

/// Succeeds when a stack is up and all its processes live.
pub(super) async fn show_status(as_json: bool) -> Result<ExitCode> {
    let running = running::state_dir()?.running()?;
    let state = match &running {
        Running::Yes(_) => "running",
        Running::Starting => "starting",
        _ => "stopped",
    };
    let record = match running {
        Running::Yes(record) => Some(Supervisor::of(&record).stack().await.unwrap_or(record)),
        _ => None,
    };
    if as_json {
        let processes = record.as_ref().map_or(&[][..], |record| &record.processes);
        let addresses = record.as_ref().map(|record| {
            json!({ "api_url": record.api_url, "sign_in_url": record.sign_in_url, "inbox_url": record.inbox_url, "metrics_url": record.metrics_url,
                    "mongodb_uri": record.mongodb_uri, "supervisor": record.supervisor })
        });
        let status = json!({ "state": state, "addresses": addresses, "processes": processes });
        output::line(serde_json::to_string_pretty(&status)?);
    } else {
        print(state, record.as_ref());
    }
    let all_live = record.is_some_and(|record| {
        record
            .processes
            .iter()
            .all(|process| process.ended.is_none())
    });
    Ok(if all_live {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print(state: &str, record: Option<&StackRecord>) {
    let Some(record) = record else {
        return output::line(format!("The stack of this checkout is {state}."));
    };
    output::line(format!(
        "{} on {}, supervised by process {}",
        output::verdict(true, state),
        record.api_url,
        record.supervisor
    ));
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for process in &record.processes {
        let state = process
            .ended
            .as_deref()
            .map_or_else(|| "running".to_owned(), |how| format!("ended: {how}"));
        table.add_row([
            &process.name,
            &process.pid.to_string(),
            &state,
            &process.log.display().to_string(),
        ]);
    }
    output::line(table.trim_fmt());
}
