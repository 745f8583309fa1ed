//! What do the account routes and the list of documents cost, beside the same in FastAPI and PyMongo?

mod answers;
mod arguments;
mod candidate;
mod comparison;
mod connection;
mod costs;
mod documents;
mod hash;
mod load;
mod measure;
mod peer;
mod people;
mod plan;
mod report;
mod rounds;
mod route;

use clap::Parser;

use arguments::Arguments;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    tokio::select! {
        outcome = comparison::run(&arguments) => outcome,
        // What was started is killed when its handle goes.
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            anyhow::bail!("interrupted")
        }
    }
}
