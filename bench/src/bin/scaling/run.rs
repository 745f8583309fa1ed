//! What both runs have in common: a stack, a load, and a look at what became of it.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use dossier_bench::{ObservedStack, Promises};
use dossier_devstack::stack::Prepared;
use tokio::time::timeout;

use crate::apis::Apis;
use crate::crew::Crew;
use crate::load::Load;
use crate::people::People;
use crate::verify::{Verified, verify};

/// So soon the jobs of a worker that was killed run elsewhere.
const LEASE_SECONDS: u32 = 10;

/// What starting, stopping, and the look at the jobs may take.
const BESIDE: Duration = Duration::from_secs(600);

/// What happens in a run while the load goes on.
pub(crate) trait Script {
    const NAME: &'static str;

    /// Does it all, and ends with the time of the load.
    async fn play(&self, crew: &mut Crew<'_>, apis: &Apis) -> anyhow::Result<()>;
}

/// Starts a stack of `first` with so many workers, and plays `script` under load. What does not come to its
/// end is a promise that was broken.
pub(crate) async fn run<S: Script>(
    script: &S,
    (first, workers): (&Prepared, usize),
    logs: Option<&Path>,
    promises: &mut Promises,
) -> anyhow::Result<Option<Verified>> {
    anstream::eprintln!("{}: starting a stack", S::NAME);
    let observed = ObservedStack::start(first, |options| {
        options
            .workers(workers)
            .env("QUEUE_LEASE_SECONDS", LEASE_SECONDS)
    });
    let mut observed = observed.await?;
    let ran = timeout(BESIDE * 2, under_load(script, &mut observed, promises)).await;
    let logs = logs.map(|logs| logs.join(S::NAME));
    observed.stop(logs.as_deref()).await?;
    match ran.context("not done in time") {
        Ok(Ok(verified)) => Ok(Some(verified)),
        Ok(Err(error)) | Err(error) => {
            let seen = format!("{error:#}");
            promises.add(S::NAME, "the run comes to its end", seen, false);
            Ok(None)
        }
    }
}

async fn under_load<S: Script>(
    script: &S,
    observed: &mut ObservedStack,
    promises: &mut Promises,
) -> anyhow::Result<Verified> {
    let ObservedStack {
        stack,
        mails,
        store,
        client,
        ..
    } = observed;
    let (url, ops) = (stack.api_url(), stack.secrets().ops.clone());
    let people = People::arrive(client, &ops, mails).await?;
    let apis = Apis::default();
    apis.add(&url);
    let load = Load::start(&apis, &people);
    let mut crew = Crew::of(S::NAME, stack, promises);
    script.play(&mut crew, &apis).await?;
    crew.tell("the load ends");
    let (killed, drained) = crew.gone();
    let accepted = load.stop().await?;
    let mut verified = verify(S::NAME, store, mails, &accepted, &killed, promises).await?;
    verified.drained = drained;
    Ok(verified)
}
