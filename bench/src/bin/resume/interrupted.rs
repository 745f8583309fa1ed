//! A download that is interrupted again and again is one use of its link.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use dossier_bench::Promises;
use dossier_devstack::story::{Client, Fixture};
use tokio::time::timeout_at;

use crate::document;
use crate::interrupter::Interrupter;
use crate::place::Place;
use crate::program::Program;

/// How long a program may take for a whole document.
const LIMIT: Duration = Duration::from_secs(600);

/// Downloads a document of `size` bytes with each program there is; the names of the others.
pub(crate) async fn look(
    place: &Place,
    (size, interruptions): (u64, u32),
    promises: &mut Promises,
) -> anyhow::Result<Vec<&'static str>> {
    let document = document::of_size(size)?;
    let file = place.upload(&document).await?;
    let mut missing = Vec::new();
    for program in Program::ALL {
        if !program.is_there().await {
            missing.push(program.name());
            continue;
        }
        let client = place.client().await?;
        let download = Download {
            place,
            client,
            program,
            document: &document,
        };
        download.look(&file, interruptions, promises).await?;
    }
    Ok(missing)
}

struct Download<'a> {
    place: &'a Place,
    client: Client,
    program: Program,
    document: &'a Fixture,
}

impl Download<'_> {
    async fn look(
        &self,
        file: &str,
        interruptions: u32,
        promises: &mut Promises,
    ) -> anyhow::Result<()> {
        let of = self.program.name();
        let link = self.place.one_use(&self.client, file).await?;
        let api = self.place.api_url.trim_start_matches("http://");
        let api: SocketAddr = api.parse().context("the address of the API")?;
        let every = self.document.bytes.len() as u64 / (u64::from(interruptions) + 1);
        let proxy = Interrupter::before(api, interruptions, every).await?;
        let folder = tempfile::tempdir()?;
        let target = folder.path().join("document");
        let url = format!("{}{}", proxy.url(), link.path);
        let began = Instant::now();
        let ended = self.run(&url, &target).await;
        let took = began.elapsed().as_secs_f64();
        let seen = match &ended {
            Ok(runs) => format!("{runs} runs, {} interruptions, {took:.1} s", proxy.broken()),
            Err(error) => format!("{error:#}"),
        };
        let is_whole = tokio::fs::read(&target)
            .await
            .is_ok_and(|bytes| bytes == self.document.bytes);
        let what = format!("{interruptions} interruptions end in the same bytes");
        let was_tried = proxy.broken() >= interruptions;
        promises.add(of, what, seen, ended.is_ok() && is_whole && was_tried);
        let uses = self.place.uses(&self.client, &link).await?;
        promises.add(of, "they are one use of the link", uses, uses == 1);
        // Parts that were lost on the way and not asked for again are left over where a program fetches several at
        // once: whoever asks for the document gets these, and no more.
        let (seen, is_over) = match self.client.get(&link.path).await {
            Ok(answer) => {
                let status = answer.status.as_u16();
                (status.to_string(), status == 404)
            }
            Err(_) => ("it breaks off".to_owned(), true),
        };
        promises.add(of, "the link gives no other document", seen, is_over);
        Ok(())
    }

    /// Runs the program until it has everything; how often.
    async fn run(&self, url: &str, target: &Path) -> anyhow::Result<u32> {
        let deadline = tokio::time::Instant::now() + LIMIT;
        let bearer = self.client.token().context("an access token")?;
        let mut runs = 0;
        loop {
            runs += 1;
            let mut download = self.program.download(url, bearer, target);
            let status = timeout_at(deadline, download.status()).await;
            let status = status.with_context(|| format!("it is not done after {LIMIT:?}"))??;
            if status.success() {
                return Ok(runs);
            }
            let code = status.code().unwrap_or(-1);
            anyhow::ensure!(
                !self.program.is_refused(code),
                "run {runs} was refused (exit {code})"
            );
        }
    }
}
