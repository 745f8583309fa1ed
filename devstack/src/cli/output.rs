//! What the commands print: to people in colour on a terminal, to scripts plainly.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use comfy_table::{Table, presets};
use dossier_devstack::stack::StackRecord;

const BOLD: Style = Style::new().bold();
const GREEN: Style = AnsiColor::Green.on_default();
const RED: Style = AnsiColor::Red.on_default();

/// Prints a line; that nobody reads it any more is no failure.
pub(crate) fn line(text: impl AsRef<str>) {
    let _ = writeln!(anstream::stdout(), "{}", text.as_ref());
}

/// Prints a line for people, apart from what scripts read.
pub(crate) fn note(text: impl AsRef<str>) {
    let _ = writeln!(anstream::stderr(), "{}", text.as_ref());
}

/// Says what went wrong, with its causes.
pub(crate) fn complain(error: &anyhow::Error) {
    note(format!("{RED}error:{RED:#} {error:#}"));
}

/// A word in green or red.
pub(super) fn verdict(ok: bool, word: &str) -> String {
    let colour = if ok { GREEN } else { RED };
    format!("{colour}{word}{colour:#}")
}

/// The addresses and logins of a stack that is up.
pub(super) fn welcome(record: &StackRecord) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let docs = format!("{}/docs", record.api_url);
    let console = format!("{}/", record.api_url);
    let sign_in = record.sign_in_url.clone().unwrap_or_default();
    let logins = [
        ("Ops", &record.ops),
        ("Client", &record.client),
        ("Admin", &record.admin),
    ];
    for (name, value) in [
        ("Console", &console),
        ("One-click sign-in", &sign_in),
        ("API", &record.api_url),
        ("Documentation", &docs),
        ("Inbox", &record.inbox_url),
        ("Metrics", &record.metrics_url),
        ("SMTP", &record.smtp_url),
        ("MongoDB", &record.mongodb_uri),
    ] {
        table.add_row([name.to_owned(), value.clone()]);
    }
    for (role, login) in logins {
        table.add_row([
            format!("{role} login"),
            format!("{}  {}", login.email, login.password),
        ]);
    }
    line(format!(
        "\n{BOLD}Dossier is running{BOLD:#}\n{}\n",
        table.trim_fmt()
    ));
}

/// Writes bytes as they are.
pub(super) fn raw(bytes: &[u8]) -> io::Result<()> {
    let mut out = anstream::stdout();
    out.write_all(bytes)?;
    out.flush()
}
