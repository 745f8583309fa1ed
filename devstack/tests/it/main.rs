//! What devstack and the stack it runs promise, each promise a file.

mod checkout;
mod command_line;
mod deployment;
mod documents;
mod foreign_database;
mod harness;
mod jobs;
mod killed_worker;
mod large_upload;
mod mail_catcher;
mod mail_outage;
mod mail_refused;
mod many_workers;
mod mongod_server;
mod runbook;
mod sign_in;
mod test_databases;
mod traces;
mod whole_path;
