//! How does our queue compare with what users would pick instead?
//!
//! The parent process starts the servers, gives every round an empty store, and has the work done
//! by children: this program again, or node, with an [`order::Order`]. Children answer with lines
//! of JSON ([`order::Said`]).

mod arguments;
mod child;
mod comparison;
mod contender;
mod duty;
mod figures;
mod filesystem;
mod gate;
mod job;
mod measure;
mod order;
mod server;
mod tables;
mod targets;

use clap::Parser;

use arguments::Arguments;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(order) = &arguments.order {
        return duty::fulfil(serde_json::from_str(order)?).await;
    }
    tokio::select! {
        outcome = comparison::run(&arguments) => outcome,
        // Returning ends the children: each is killed when its handle goes.
        interrupted = tokio::signal::ctrl_c() => Ok(interrupted?),
    }
}
