//! One expensive document after the other, each with a worker of its own and an ordinary document beside it.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use dossier_bench::{cpu_seconds_of_tree, peak_memory_kib_of};
use dossier_devstack::stack::Stack;
use dossier_devstack::story::{Client, Fixture};
use futures_util::future::try_join_all;

/// Between two questions whether a document is checked.
const PAUSE: Duration = Duration::from_millis(20);

/// What became of one document.
pub(crate) struct Figures {
    pub(crate) name: String,
    pub(crate) bytes: usize,
    pub(crate) verdict: String,
    pub(crate) checked_after: Duration,
    pub(crate) cpu_seconds: f64,
    pub(crate) peak_kib: u64,
    pub(crate) ordinary_after: Duration,
}

/// Uploads each file `copies` times and, as soon as they are there, an ordinary document.
pub(crate) async fn measure(
    stack: &mut Stack,
    files: &[Fixture],
    copies: u32,
) -> anyhow::Result<Vec<Figures>> {
    let ordinary = Fixture::read("report.docx")?;
    let login = &stack.secrets().ops;
    let client = Client::new(stack.api_url());
    let client = client.log_in(&login.email, &login.password).await?;
    let mut figures = Vec::new();
    for file in files {
        let pid = stack.start_worker().await?;
        // Its connections are open and its code is in memory after that.
        let warm = upload(&client, &ordinary).await?;
        available(&client, &warm).await?;
        let before = cpu_seconds_of_tree(pid);
        let measured = one(&client, file, &ordinary, copies).await;
        let cpu_seconds = cpu_seconds_of_tree(pid) - before;
        let peak_kib = peak_memory_kib_of(pid).context("the worker's memory")?;
        stack.stop_worker(pid).await?;
        let (verdict, checked_after, ordinary_after) =
            measured.with_context(|| file.name.clone())?;
        anstream::eprintln!("{}: {verdict}", file.name);
        figures.push(Figures {
            name: file.name.clone(),
            bytes: file.bytes.len(),
            verdict,
            checked_after,
            cpu_seconds,
            peak_kib,
            ordinary_after,
        });
    }
    Ok(figures)
}

async fn one(
    client: &Client,
    file: &Fixture,
    ordinary: &Fixture,
    copies: u32,
) -> anyhow::Result<(String, Duration, Duration)> {
    let uploads = (0..copies).map(|_| upload(client, file));
    let ids = try_join_all(uploads).await?;
    let started = Instant::now();
    let ordinary = upload(client, ordinary).await?;
    let uploaded = Instant::now();
    let beside = async {
        available(client, &ordinary).await?;
        anyhow::Ok(uploaded.elapsed())
    };
    let checked = async {
        let files = try_join_all(ids.iter().map(|id| client.final_file(id, PAUSE))).await?;
        anyhow::Ok((files, started.elapsed()))
    };
    let (ordinary_after, (files, checked_after)) = tokio::try_join!(beside, checked)?;
    let state = |field: &str| files[0][field].as_str().map(str::to_owned);
    let code = files[0]["rejection"]["code"].as_str().map(str::to_owned);
    let verdict = code.or_else(|| state("kind")).or_else(|| state("state"));
    Ok((verdict.unwrap_or_default(), checked_after, ordinary_after))
}

async fn upload(client: &Client, document: &Fixture) -> anyhow::Result<String> {
    let answer = client.upload("/v1/files", document).await?.expect(202)?;
    Ok(answer.text("id")?)
}

async fn available(client: &Client, id: &str) -> anyhow::Result<()> {
    let file = client.final_file(id, PAUSE).await?;
    ensure!(file["state"] == "available", "an ordinary document: {file}");
    Ok(())
}
