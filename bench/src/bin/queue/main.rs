//! How does our queue compare with what users would pick instead?
//!
//! The parent process starts the servers, gives every round an empty store, and has the work done
//! by children: this program again, or node, with a [`child_task::ChildTask`]. Children answer with lines
//! of JSON ([`child_task::ChildReport`]).

mod arguments;
mod candidate;
mod child;
mod child_task;
mod comparison;
mod figures;
mod filesystem;
mod gate;
mod job;
mod measure;
mod report;
mod server;
mod task;

use std::process::ExitCode;

use clap::Parser;

use arguments::Arguments;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match &arguments.order {
        Some(order) => task::fulfil(order).await,
        None => compare(&arguments).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // In one line: a parent reads the end of what its child says.
            anstream::eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn compare(arguments: &Arguments) -> anyhow::Result<()> {
    tokio::select! {
        outcome = comparison::run(arguments) => outcome,
        // What was started is killed when its handle goes.
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            anyhow::bail!("interrupted")
        }
    }
}
