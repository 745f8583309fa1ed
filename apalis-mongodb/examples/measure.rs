//! Measures this machine: `MONGODB_URI=… cargo run --release --example measure -- drain|wake|enqueue`.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use apalis::layers::WorkerBuilderExt;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::context::WorkerContext;
use apalis_mongodb::{Config, MongoStorage, NewJob, setup};
use mongodb::bson::{DateTime, Document, doc};
use mongodb::{Client, Database};

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let uri = std::env::var("MONGODB_URI").unwrap();
    let client = Client::with_uri_str(&uri).await.unwrap();
    let db = client.database("measure");
    match args[0].as_str() {
        "fill" => fill(&db, args[1].parse().unwrap()).await,
        "drain" => drain(&db, args[1].parse().unwrap(), args[2].parse().unwrap()).await,
        "enqueue" => enqueue(&db, args[1].parse().unwrap()).await,
        "wake" => wake(&db, args[1].parse().unwrap()).await,
        "idle" => idle(&db).await,
        other => println!("unknown {other}"),
    }
}

fn config(in_flight: usize) -> Config {
    Config::new("measure")
        .max_in_flight(in_flight)
        .batch_size(in_flight / 2)
}

async fn cpu(db: &Database) -> f64 {
    let s = db.run_command(doc! {"serverStatus": 1}).await.unwrap();
    let x = s.get_document("extra_info").unwrap();
    (x.get_i64("user_time_us").unwrap() + x.get_i64("system_time_us").unwrap()) as f64 / 1e6
}

async fn fill(db: &Database, n: usize) {
    db.drop().await.unwrap();
    let config = config(200);
    setup(db, &config).await.unwrap();
    let storage = MongoStorage::<String>::new(db, config);
    let start = Instant::now();
    storage
        .enqueue_many((0..n).map(|_| NewJob::new("x".repeat(200))))
        .await
        .unwrap();
    println!(
        "batched enqueue {:.0}/s",
        n as f64 / start.elapsed().as_secs_f64()
    );
}

async fn drain(db: &Database, in_flight: usize, total: usize) {
    let jobs = db.collection::<Document>("apalis_jobs");
    let config = config(in_flight);
    let storage = MongoStorage::<String>::new(db, config);
    let count = Arc::new(AtomicUsize::new(0));
    let context = WorkerContext::new("measure");
    let counted = Arc::clone(&count);
    let before = cpu(db).await;
    let start = Instant::now();
    let worker = WorkerBuilder::new(&context)
        .backend(storage)
        .concurrency(16)
        .build(move |_: String| {
            let counted = Arc::clone(&counted);
            async move {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
    let task = tokio::spawn(worker.run());
    let mut last = 0;
    loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let now = count.load(Ordering::Relaxed);
        if now >= total
            || (now == last
                && now > 0
                && jobs
                    .count_documents(doc! {"status": {"$in": ["Pending", "Running"]}})
                    .await
                    .unwrap()
                    == 0)
        {
            break;
        }
        last = now;
    }
    let took = start.elapsed().as_secs_f64();
    context.stop().unwrap();
    task.await.unwrap().unwrap();
    let n = count.load(Ordering::Relaxed) as f64;
    println!(
        "drained {n} at {:.0}/s, server cpu {:.3} ms/job",
        n / took,
        (cpu(db).await - before) * 1000.0 / n
    );
}

async fn enqueue(db: &Database, n: usize) {
    let config = config(200);
    setup(db, &config).await.unwrap();
    let storage = MongoStorage::<String>::new(db, config);
    let start = Instant::now();
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let s = storage.clone();
            tokio::spawn(async move {
                for _ in 0..n / 16 {
                    s.enqueue("x".repeat(200)).await.unwrap();
                }
            })
        })
        .collect();
    for t in tasks {
        t.await.unwrap();
    }
    println!(
        "enqueue 16 producers {:.0}/s",
        n as f64 / start.elapsed().as_secs_f64()
    );
}

async fn wake(db: &Database, n: usize) {
    db.drop().await.unwrap();
    let config = config(32).poll_interval(Duration::from_secs(30));
    setup(db, &config).await.unwrap();
    let storage = MongoStorage::<i64>::new(db, config);
    let (tx, mut rx) = tokio::sync::mpsc::unbounded_channel();
    let context = WorkerContext::new("measure");
    let worker = WorkerBuilder::new(&context)
        .backend(storage.clone())
        .concurrency(16)
        .build(move |_: i64| {
            let tx = tx.clone();
            async move {
                tx.send(Instant::now()).unwrap();
            }
        });
    let task = tokio::spawn(worker.run());
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut push = vec![];
    let mut commit = vec![];
    for _ in 0..n {
        tokio::time::sleep(Duration::from_millis(40)).await;
        let a = Instant::now();
        storage
            .enqueue(DateTime::now().timestamp_millis())
            .await
            .unwrap();
        let b = Instant::now();
        let c = rx.recv().await.unwrap();
        push.push((c - a).as_secs_f64() * 1e3);
        commit.push(c.saturating_duration_since(b).as_secs_f64() * 1e3);
    }
    for (name, v) in [
        ("push call -> start", &mut push),
        ("commit -> start", &mut commit),
    ] {
        v.sort_by(f64::total_cmp);
        println!(
            "{name}: p50 {:.2} p95 {:.2} p99 {:.2} max {:.2} ms",
            v[v.len() / 2],
            v[v.len() * 95 / 100],
            v[v.len() * 99 / 100],
            v[v.len() - 1]
        );
    }
    context.stop().unwrap();
    task.await.unwrap().unwrap();
}

async fn idle(db: &Database) {
    let a = MongoStorage::<i64>::new(db, config(32));
    let context = WorkerContext::new("measure");
    let worker = WorkerBuilder::new(&context)
        .backend(a)
        .concurrency(16)
        .build(async |_: i64| {});
    let task = tokio::spawn(worker.run());
    tokio::time::sleep(Duration::from_secs(2)).await;
    let ops = || async {
        db.run_command(doc! {"serverStatus": 1})
            .await
            .unwrap()
            .get_document("opcounters")
            .unwrap()
            .clone()
    };
    let before = ops().await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    println!("before {before}\nafter  {}", ops().await);
    context.stop().unwrap();
    task.await.unwrap().unwrap();
}
