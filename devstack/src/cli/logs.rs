//! `cargo dev logs`

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use dossier_devstack::process::last_lines;
use dossier_devstack::stack::StateDir;

use super::arguments::Logs;
use super::{output, running};

pub(super) async fn show_logs(options: &Logs) -> Result<ExitCode> {
    let state = running::state_dir()?;
    let names = chosen(&state, options)?;
    let mut seen: HashMap<String, u64> = HashMap::new();
    for name in &names {
        let length = std::fs::metadata(state.log(name)).map_or(0, |metadata| metadata.len());
        seen.insert(name.clone(), length);
        let lines = last_lines(&state.log(name), options.lines).join("\n");
        if !lines.is_empty() {
            show(name, lines.as_bytes(), names.len() > 1)?;
        }
    }
    if options.follow {
        follow(&state, options, seen).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows what is added, until the reader has enough.
async fn follow(state: &StateDir, options: &Logs, mut seen: HashMap<String, u64>) -> Result<()> {
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        // A worker started meanwhile has a log of its own.
        let names = chosen(state, options)?;
        for name in &names {
            let added = read_from(state, name, seen.entry(name.clone()).or_default())?;
            if !added.is_empty() {
                show(name, &added, names.len() > 1)?;
            }
        }
    }
}

fn chosen(state: &StateDir, options: &Logs) -> Result<Vec<String>> {
    let names = state.log_names();
    match &options.name {
        None => Ok(names),
        Some(name) if names.contains(name) => Ok(vec![name.clone()]),
        Some(name) => bail!("there is no log of {name}; there are: {}", names.join(", ")),
    }
}

/// What was added to a log since the last look, in whole lines.
fn read_from(state: &StateDir, name: &str, position: &mut u64) -> Result<Vec<u8>> {
    let mut file = File::open(state.log(name))?;
    let mut added = Vec::new();
    file.seek(SeekFrom::Start(*position))?;
    file.read_to_end(&mut added)?;
    let whole = added
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |end| end + 1);
    added.truncate(whole);
    *position += whole as u64;
    Ok(added)
}

/// Prints lines, with the name of their process in front when there are several.
fn show(name: &str, lines: &[u8], is_one_of_many: bool) -> Result<()> {
    for line in lines
        .strip_suffix(b"\n")
        .unwrap_or(lines)
        .split(|&byte| byte == b'\n')
    {
        if is_one_of_many {
            output::raw(format!("{name:<10} │ ").as_bytes())?;
        }
        output::raw(line)?;
        output::raw(b"\n")?;
    }
    Ok(())
}
