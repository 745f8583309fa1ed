//! `dossier-worker explain`: what became of the mails to an address, or of a document.

mod report;

use std::process::ExitCode;
use std::str::FromStr;

use clap::Args;
use dossier_common::email::EmailAddress;
use dossier_common::id::FileId;
use dossier_common::story::Explanation;

use super::jobs::open_store;
use super::json::print_json;

/// Say what became of the mails to an address, or of a document, and what to do.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// An e-mail address, such as someone@example.com, or a document's id, such as fil_01J…
    #[arg(value_name = "ADDRESS|FILE")]
    subject: Subject,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Debug)]
enum Subject {
    Address(EmailAddress),
    File(FileId),
}

impl FromStr for Subject {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(file) = text.parse() {
            return Ok(Self::File(file));
        }
        let address = EmailAddress::parse_idna(text).map(Self::Address);
        address.map_err(|_| "must be an e-mail address or the id of a document (fil_…)")
    }
}

pub(super) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let store = open_store("dossier-worker explain").await?;
    let said = match &arguments.subject {
        Subject::Address(email) => Explanation::of_address(&store, email).await?,
        Subject::File(file) => Explanation::of_file(&store, *file).await?,
    };
    if arguments.json {
        print_json(&said)?;
    } else {
        dossier_service::print_line!("{}", report::text(&said));
    }
    Ok(ExitCode::SUCCESS)
}
