//! People who sign up, one at the stack whose mail server is away and one at the other, in turns.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use dossier_bench::{newcomer, sign_up};
use dossier_devstack::stack::Login;
use dossier_devstack::story::Client;
use futures_util::future::join_all;

/// So many sign up at once at most. What bounds them is the hash of a password, a core's work.
const AT_ONCE: usize = 2;

/// So often it is told how far they are.
const TELL_EVERY: u32 = 200;

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct SignUps {
    /// Who was accepted while the mail server was away.
    pub(crate) accepted: Vec<Login>,
    /// What the others were told, at either stack.
    pub(crate) refused: Vec<String>,
    /// Seconds until the answer while the mail server was away, and at the other stack.
    pub(crate) seconds: [Vec<f64>; 2],
}

type Answer = Result<Duration, String>;

/// Signs `people` up at each of both.
pub(crate) async fn sign_up_all(broken: &Client, healthy: &Client, people: u32) -> SignUps {
    let next = AtomicU32::new(0);
    let lanes = (0..AT_ONCE).map(|_| lane([broken, healthy], &next, people));
    let mut all = SignUps::default();
    for (login, here, there) in join_all(lanes).await.into_iter().flatten() {
        if here.is_ok() {
            all.accepted.push(login);
        }
        for (index, answer) in [here, there].into_iter().enumerate() {
            match answer {
                Ok(took) => all.seconds[index].push(took.as_secs_f64()),
                Err(why) => all.refused.push(why),
            }
        }
    }
    all
}

/// Takes one turn after the other. Who is first changes from turn to turn.
async fn lane(
    [broken, healthy]: [&Client; 2],
    next: &AtomicU32,
    people: u32,
) -> Vec<(Login, Answer, Answer)> {
    let mut pairs = Vec::new();
    loop {
        let turn = next.fetch_add(1, Ordering::Relaxed);
        if turn >= people {
            return pairs;
        }
        if turn % TELL_EVERY == 0 {
            anstream::eprintln!("{turn} of {people} people have signed up");
        }
        let (login, other) = (newcomer(), newcomer());
        let (here, there) = match turn % 2 {
            0 => {
                let here = ask(broken, &login).await;
                (here, ask(healthy, &other).await)
            }
            _ => {
                let there = ask(healthy, &other).await;
                (ask(broken, &login).await, there)
            }
        };
        pairs.push((login, here, there));
    }
}

async fn ask(client: &Client, login: &Login) -> Answer {
    sign_up(client, login)
        .await
        .map_err(|error| error.to_string())
}
