//! One outage: it begins, people sign up, it shows, it ends.

use std::time::{Duration, Instant};

use anyhow::ensure;
use dossier_bench::{Promises, median, newcomer, percentile, sign_up};
use tokio::time::sleep;

use crate::outage::Outage;
use crate::repaired::{self, Repaired};
use crate::side::Side;
use crate::sign_ups::{SignUps, sign_up_all};
use crate::signs::{self, Pages, SOON, Signs};

/// So much longer than at the other stack a sign-up may take, median by median.
const NORMAL: f64 = 1.25;

/// Mails that are sent before the outage, so that it meets workers with open connections.
const BEFORE: usize = 4;

/// How long these may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was seen of one outage.
pub(crate) struct Figures {
    pub(crate) outage: Outage,
    pub(crate) accepted: usize,
    /// Seconds of a sign-up while the mail server was away, and at the other stack: medians.
    pub(crate) medians: [f64; 2],
    /// The same: the 99th of a hundred.
    pub(crate) p99s: [f64; 2],
    pub(crate) signs: Signs,
    /// What the alarm showed at the end of the outage.
    pub(crate) oldest_unfinished: f64,
    pub(crate) lasted: Duration,
    pub(crate) repaired: Repaired,
}

/// One outage at the first of two stacks.
pub(crate) async fn run(
    outage: Outage,
    [broken, healthy]: [&Side; 2],
    people: u32,
    promises: &mut Promises,
) -> anyhow::Result<Figures> {
    let name = outage.name();
    for side in [broken, healthy] {
        send_some(side).await?;
    }
    let mails_before = broken.mails.mails().len();
    broken.stack.mail().behave(outage.behaviour())?;
    let began = Instant::now();
    let (sign_ups, signs) = tokio::join!(
        sign_up_all(&broken.client, &healthy.client, people),
        signs::watch(broken, began),
    );
    let signs = signs?;
    let lasted = began.elapsed();
    let oldest_unfinished = Pages::of(broken)?.oldest_unfinished().await?;
    let sent = broken.mails.mails().len() - mails_before;
    promises.add(name, "meanwhile nothing is sent", sent, sent == 0);
    let medians = sign_ups.seconds.each_ref().map(|it| median(it));
    accepted(name, &sign_ups, medians, people, promises);
    for (place, after) in signs.each() {
        let what = format!("{place} shows it within {} s", SOON.as_secs());
        let seen = after.map_or("not at all".to_owned(), |it| {
            format!("after {:.1} s", it.as_secs_f64())
        });
        promises.add(name, what, seen, after.is_some_and(|after| after <= SOON));
    }
    let what = "the age of the oldest unfinished mail grows with the outage";
    let seen = format!("{oldest_unfinished:.0} of {:.0} s", lasted.as_secs_f64());
    let grows = oldest_unfinished >= lasted.as_secs_f64() / 2.0;
    promises.add(name, what, seen, grows);
    let repaired = repaired::check(outage, broken, &sign_ups.accepted, promises).await?;
    Ok(Figures {
        outage,
        accepted: sign_ups.accepted.len(),
        medians,
        p99s: sign_ups.seconds.each_ref().map(|it| percentile(it, 99.0)),
        signs,
        oldest_unfinished,
        lasted,
        repaired,
    })
}

fn accepted(
    name: &str,
    sign_ups: &SignUps,
    [away, healthy]: [f64; 2],
    people: u32,
    promises: &mut Promises,
) {
    let count = sign_ups.accepted.len();
    let example = sign_ups.refused.first().map_or("", String::as_str);
    let seen = format!("{count} of {people} {example}");
    let all = sign_ups.refused.is_empty() && count == people as usize;
    promises.add(name, "everybody is accepted", seen.trim_end(), all);
    let what = format!("a sign-up takes at most {NORMAL} times as long as elsewhere");
    let (ms, ratio) = ([away, healthy].map(|it| it * 1e3), away / healthy);
    let seen = format!("{:.1} and {:.1} ms, {ratio:.2} times", ms[0], ms[1]);
    promises.add(name, what, seen, ratio <= NORMAL);
}

/// Sends some mails while all is well.
async fn send_some(side: &Side) -> anyhow::Result<()> {
    let wanted = side.mails.mails().len() + BEFORE;
    for _ in 0..BEFORE {
        sign_up(&side.client, &newcomer()).await?;
    }
    let began = Instant::now();
    while side.mails.mails().len() < wanted {
        ensure!(
            began.elapsed() < PATIENCE,
            "no mails are sent before the outage"
        );
        sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
