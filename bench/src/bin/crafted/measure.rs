//! One group of expensive documents after the other, each with a worker of its own and an ordinary document beside it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use dossier_bench::{cpu_seconds_of_tree, peak_memory_kib_of};
use dossier_devstack::stack::Stack;
use dossier_devstack::story::{Client, Fixture};
use futures_util::future::try_join_all;
use serde_json::Value;

/// Between two questions whether a document is checked.
const PAUSE: Duration = Duration::from_millis(20);

/// Documents that are uploaded together.
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) documents: Vec<Fixture>,
}

/// What became of a group.
pub(crate) struct Figures {
    pub(crate) name: String,
    pub(crate) bytes: usize,
    pub(crate) verdict: String,
    pub(crate) checked_after: Duration,
    pub(crate) cpu_seconds: f64,
    pub(crate) peak_kib: u64,
    pub(crate) ordinary_after: Duration,
}

/// Uploads the documents of each group and, as soon as they are there, an ordinary one.
pub(crate) async fn measure(stack: &mut Stack, groups: &[Group]) -> anyhow::Result<Vec<Figures>> {
    let ordinary = Fixture::read("report.docx")?;
    let login = &stack.secrets().ops;
    let client = Client::new(stack.api_url());
    let client = client.log_in(&login.email, &login.password).await?;
    let mut figures = Vec::new();
    for group in groups {
        let pid = stack.start_worker().await?;
        // Its connections are open and its code is in memory after that.
        let warm = upload(&client, &ordinary).await?;
        available(&client, &warm).await?;
        let before = cpu_seconds_of_tree(pid);
        let measured = one(&client, group, &ordinary).await;
        let cpu_seconds = cpu_seconds_of_tree(pid) - before;
        let peak_kib = peak_memory_kib_of(pid).context("the worker's memory")?;
        stack.stop_worker(pid).await?;
        let (verdict, checked_after, ordinary_after) =
            measured.with_context(|| group.name.clone())?;
        anstream::eprintln!("{}: {verdict}", group.name);
        figures.push(Figures {
            name: group.name.clone(),
            bytes: group.documents.iter().map(|it| it.bytes.len()).sum(),
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
    group: &Group,
    ordinary: &Fixture,
) -> anyhow::Result<(String, Duration, Duration)> {
    let uploads = group.documents.iter().map(|it| upload(client, it));
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
    let verdicts: BTreeSet<String> = files.iter().map(verdict).collect();
    let verdicts: Vec<String> = verdicts.into_iter().collect();
    Ok((verdicts.join(", "), checked_after, ordinary_after))
}

/// The kind of an accepted document, or the code of a refused one.
fn verdict(file: &Value) -> String {
    let verdict = [&file["kind"], &file["rejection"]["code"], &file["state"]];
    let verdict = verdict.into_iter().find_map(Value::as_str);
    verdict.unwrap_or_default().to_owned()
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
