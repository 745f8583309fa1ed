//! Everything in order: the stack, the people, FastAPI, the rounds.

use anyhow::Context;
use dossier_bench::Report;
use dossier_common::queue::QueueSettings;
use dossier_common::store::Store;
use dossier_devstack::process::Profile;
use dossier_devstack::progress::Progress;
use dossier_devstack::stack::{Prepared, Stack, StackOptions};
use mongodb::bson::doc;

use crate::answers::Answers;
use crate::arguments::Arguments;
use crate::candidate::{Candidate, OURS};
use crate::measure::{Bench, Measured};
use crate::peer::{self, Peer};
use crate::people::People;
use crate::rounds::Rounds;
use crate::route::Route;
use crate::{documents, hash, report};

/// The database that FastAPI has on the same server.
const DATABASE_OF_PEER: &str = "fastapi";

/// So many hashes are measured in a round.
const HASHES: u32 = 30;

/// A machine that is never quiet would keep us for ever.
const REPEATED_AT_MOST: u32 = 3;

pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let prepared =
        tokio::task::spawn_blocking(|| Prepared::obtain(true, Profile::own(), Progress::detect()));
    let prepared = prepared.await??;
    let mut report = Report::new("the API beside FastAPI");
    let installed = match peer::install(&arguments.python).await {
        Ok(installed) => Some(installed),
        Err(error) => {
            let sentence = format!("Left out: FastAPI: {error:#}.");
            anstream::eprintln!("{sentence}");
            report.note(sentence);
            None
        }
    };
    let state = tempfile::tempdir()?;
    let options = StackOptions::new(state.path()).env("RUST_LOG", "warn");
    let stack = Stack::start(prepared, options).await?;
    let rounds = compare(arguments, &stack, installed.as_ref()).await;
    stack.stop().await;
    report::write(arguments, &rounds?, &mut report);
    report.print(arguments.json.as_deref())
}

async fn compare(
    arguments: &Arguments,
    stack: &Stack,
    installed: Option<&peer::Installed>,
) -> anyhow::Result<Rounds> {
    let settings = QueueSettings::default();
    let store = Store::connect(stack.mongodb_uri(), "dossier-bench", &settings).await?;
    let people = People::log_in(stack, &store, arguments.sessions).await?;
    documents::upload(stack.api_url(), &people).await?;
    let mut candidates = vec![ours(stack)?];
    let peer = match installed {
        Some(installed) => Some(start_peer(arguments, stack, &store, installed).await?),
        None => None,
    };
    candidates.extend(peer.as_ref().map(Peer::candidate));
    let processes = stack.record().processes;
    let mongod = processes.iter().find(|process| process.name == "mongod");
    let mut bench = Bench {
        arguments,
        store: &store,
        mongod: mongod.context("the stack has no mongod")?.pid,
        people,
        answers: Answers::default(),
    };
    let rounds = interleave(&mut bench, &candidates).await;
    if let Some(peer) = &peer {
        peer.stop().await;
    }
    rounds
}

async fn start_peer(
    arguments: &Arguments,
    stack: &Stack,
    store: &Store,
    installed: &peer::Installed,
) -> anyhow::Result<Peer> {
    documents::copy(store, DATABASE_OF_PEER).await?;
    let (ours, theirs) = (
        format!("/{}?", store.database().name()),
        format!("/{DATABASE_OF_PEER}?"),
    );
    let (_, jwt_key) = stack
        .secrets()
        .jwt_keys
        .split_once(':')
        .context("a key without a name")?;
    let settings = peer::Settings {
        mongodb_uri: stack.mongodb_uri().replacen(&ours, &theirs, 1),
        jwt_key,
        jwt_issuer: stack.api_url(),
        workers: arguments.uvicorn_workers,
        log: stack.record().state_dir.join("uvicorn.log"),
    };
    Peer::start(installed, settings).await
}

fn ours(stack: &Stack) -> anyhow::Result<Candidate> {
    let url = stack.api_url();
    let (_, port) = url
        .rsplit_once(':')
        .context("the API's address has no port")?;
    Ok(Candidate {
        name: OURS,
        port: port.parse()?,
        pid: stack.api().pid(),
        routes: &Route::ALL,
    })
}

/// Every route of every candidate, one after the other, in each round.
async fn interleave(bench: &mut Bench<'_>, candidates: &[Candidate]) -> anyhow::Result<Rounds> {
    let info = bench.store.database().run_command(doc! { "buildInfo": 1 });
    let mut rounds = Rounds {
        mongodb: info.await?.get_str("version")?.to_owned(),
        ..Rounds::default()
    };
    for round in 1..=bench.arguments.rounds() {
        for route in Route::ALL {
            if route == Route::SignUp {
                rounds.hash_ms.push(hash::cpu_ms(HASHES, 1).await?);
                let cores = std::thread::available_parallelism()?.get();
                rounds.hashes_ms.push(hash::cpu_ms(HASHES, cores).await?);
            }
            let having = candidates.iter().filter(|it| it.routes.contains(&route));
            for candidate in having {
                let measured = undisturbed(bench, candidate, route, &mut rounds).await?;
                let (name, rate) = (candidate.name, measured.per_second);
                anstream::eprintln!("round {round}: {name}, {}: {rate:.0}/s", route.name());
                rounds.measured.push((route, name, measured));
            }
        }
    }
    Ok(rounds)
}

/// Measures again what was disturbed, a few times at most; the last one counts in any case.
async fn undisturbed(
    bench: &mut Bench<'_>,
    candidate: &Candidate,
    route: Route,
    rounds: &mut Rounds,
) -> anyhow::Result<Measured> {
    let mut measured = bench.measure(candidate, route).await?;
    for _ in 0..REPEATED_AT_MOST {
        if bench.arguments.quick || !measured.is_disturbed() {
            break;
        }
        rounds.repeated += 1;
        anstream::eprintln!(
            "disturbed: {:.0} % of the machine was taken meanwhile; once more",
            measured.taken_share * 100.0
        );
        measured = bench.measure(candidate, route).await?;
    }
    Ok(measured)
}
