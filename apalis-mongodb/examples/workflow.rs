//! Several steps, each a job of its own: what one returns, the next one gets. A step that fails is
//! tried again by itself, and a pause between two steps holds no worker.
//!
//! ```text
//! cargo run -p apalis-mongodb --example workflow [ADDRESS]
//! ```
//!
//! `ADDRESS` is that of a replica set, `mongodb://127.0.0.1:27017/?replicaSet=rs0` unless given.
//! It ends by itself.

use std::time::Duration;

use apalis_core::error::BoxDynError;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::context::WorkerContext;
use apalis_mongodb::{Config, MongoStorage, setup};
use apalis_workflow::{SteppedFlow, WorkflowSink};
use mongodb::Client;

const ADDRESS: &str = "mongodb://127.0.0.1:27017/?replicaSet=rs0";

/// The pages of a book.
async fn split(pages: u32) -> Vec<u32> {
    tracing::info!("{pages} pages");
    (1..=pages).collect()
}

/// Runs once for each page.
async fn scan(page: u32) -> Option<String> {
    tracing::info!("page {page}");
    (page != 2).then(|| format!("text of page {page}"))
}

async fn bind(pages: Vec<String>, worker: WorkerContext) -> Result<(), BoxDynError> {
    tracing::info!(?pages, "bound, without the empty page");
    worker.stop()?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), BoxDynError> {
    tracing_subscriber::fmt().init();
    let address = std::env::args().nth(1).unwrap_or(ADDRESS.into());
    let db = Client::with_uri_str(address)
        .await?
        .database("apalis-examples");
    let config = Config::new("books");
    setup(&db, &config).await?;

    let flow = SteppedFlow::new("book")
        .and_then(split)
        .delay_for(Duration::from_secs(1))
        .filter_map(scan)
        .and_then(bind);
    let mut storage = MongoStorage::new(&db, config);
    storage.push_start(3_u32).await?;
    WorkerBuilder::new("binder")
        .backend(storage)
        .build(flow)
        .run()
        .await?;
    Ok(())
}
