//! `dossier-worker mail test`

use std::process::ExitCode;
use std::time::Instant;

use anyhow::anyhow;
use clap::Args;
use dossier_common::clock::Clock;
use dossier_common::config::Environment;
use dossier_common::email::EmailAddress;
use dossier_common::entropy::Entropy;
use dossier_common::id::JobId;

use crate::mail::{Email, Envelope, MailError, MailSettings, Mailer};

const NOT_SENT: &str = "the mail was not sent; SMTP_URL, SMTP_CA_FILE and MAIL_FROM say where it goes and in whose name";

const MAY_BE_SENT: &str = "the mail may have been sent: the mail server has all of it, and did not say whether it takes it; \
                           its log says so";

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// To whom
    #[arg(long, value_name = "ADDRESS")]
    to: String,
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut env = Environment::of_process();
    let settings = MailSettings::read(&mut env);
    let mailer = Mailer::smtp(env.finish(settings)?);
    let to: EmailAddress = match arguments.to.parse() {
        Ok(to) => to,
        Err(_) => return Err(anyhow!("{} is no e-mail address", arguments.to)),
    };
    let now = Clock::system().now();
    let id = JobId::generate(&Entropy::system(), now).to_string();
    let envelope = Envelope {
        to: &to,
        name: None,
        job_id: &id,
        date: now,
    };
    let began = Instant::now();
    let sent = mailer.send(&Email::Test, &envelope).await;
    let answer = sent.map_err(|error| {
        let what = match &error {
            MailError::Unanswered(_) => MAY_BE_SENT,
            _ => NOT_SENT,
        };
        anyhow::Error::new(error).context(what)
    })?;
    dossier_service::print_line!(
        "the mail server took a mail to {} within {} ms and said {answer:?}; its Message-ID begins with {id}",
        arguments.to,
        began.elapsed().as_millis()
    );
    Ok(ExitCode::SUCCESS)
}
