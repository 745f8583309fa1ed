//! apalis' board shows the queue in a browser: jobs and their states, workers, counts.
//!
//! The board has no login of its own, and whoever sees it may enqueue: bind it to a private
//! address, as here, or put a layer that asks who comes around the whole router.
//!
//! ```text
//! cargo run -p apalis-mongodb --example board [ADDRESS]
//! ```
//!
//! `ADDRESS` is that of a replica set, `mongodb://127.0.0.1:27017/?replicaSet=rs0` unless given.
//! Then look at <http://127.0.0.1:8900>. Ctrl-C stops it.

use std::time::Duration;

use apalis::layers::WorkerBuilderExt;
use apalis_board::axum::framework::{ApiBuilder, RegisterRoute};
use apalis_board::axum::ui::ServeUI;
use apalis_core::error::{AbortError, BoxDynError};
use apalis_core::worker::builder::WorkerBuilder;
use apalis_mongodb::{Config, MongoStorage, NewJob, setup};
use axum::Router;
use mongodb::Client;
use serde::{Deserialize, Serialize};

const ADDRESS: &str = "mongodb://127.0.0.1:27017/?replicaSet=rs0";
const BOARD: &str = "127.0.0.1:8900";

#[derive(Debug, Serialize, Deserialize)]
struct Resize {
    picture: String,
    width: u32,
}

async fn resize(picture: Resize) -> Result<u32, BoxDynError> {
    tokio::time::sleep(Duration::from_secs(1)).await;
    if picture.width == 0 {
        return Err(AbortError::new("a picture cannot be 0 pixels wide").into());
    }
    Ok(picture.width)
}

#[tokio::main]
async fn main() -> Result<(), BoxDynError> {
    tracing_subscriber::fmt().init();
    let address = std::env::args().nth(1).unwrap_or(ADDRESS.into());
    let db = Client::with_uri_str(address)
        .await?
        .database("apalis-examples");
    let config = Config::new("resize").concurrency(2);
    setup(&db, &config).await?;
    let storage = MongoStorage::new(&db, config);
    let pictures = (0..20).map(|number| Resize {
        picture: format!("holiday-{number}.jpg"),
        width: number * 100,
    });
    storage.enqueue_many(pictures.map(NewJob::new)).await?;

    let api = ApiBuilder::new(Router::new())
        .register("resize", storage.clone())
        .build();
    let board = Router::new()
        .nest("/api/v1", api)
        .fallback_service(ServeUI::new());
    let listener = tokio::net::TcpListener::bind(BOARD).await?;
    tracing::info!("the board is at http://{BOARD}");

    let worker = WorkerBuilder::new("resizer")
        .backend(storage)
        .concurrency(2)
        .build(resize);
    tokio::select! {
        ended = axum::serve(listener, board) => Ok(ended?),
        stopped = worker.run_until(tokio::signal::ctrl_c()) => Ok(stopped?),
    }
}
