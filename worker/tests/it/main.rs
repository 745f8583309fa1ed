//! What the worker promises, one file a promise.

mod antivirus;
mod cli;
mod development;
mod document;
mod explaining;
mod failure_lines;
mod fairness;
mod harness;
mod healthcheck;
mod inspect_command;
mod jobs_mint;
mod jobs_revalidate;
mod jobs_validate;
mod mail;
mod mail_accounts;
mod mail_circuit;
mod mail_command;
mod mail_encryption;
mod mail_failures;
mod mail_ledger;
mod mail_repeats;
mod mail_silence;
mod revalidate_command;
mod revalidation_mails;
mod running;
mod traces;
