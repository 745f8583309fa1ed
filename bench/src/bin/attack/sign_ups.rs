//! Taking over, and keeping away, somebody else's sign-up.

use anyhow::ensure;
use futures_util::FutureExt;

use crate::target::{PASSWORD, Target};
use crate::{Attack, Outcome};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    (
        "a second sign-up for an address takes over neither the first nor the account",
        |target| take_over(target).boxed(),
    ),
    (
        "a mail scanner that opens the link and presses the button confirms nothing",
        |target| scan_mails(target).boxed(),
    ),
    (
        "many sign-ups with somebody's address do not keep their mail away",
        |target| keep_mail_away(target).boxed(),
    ),
    (
        "sign-up, then log-in tells nothing about an address",
        |target| ask_by_log_in(target).boxed(),
    ),
];

const OF_ATTACKER: &str = "a pass phrase of the attacker";

async fn take_over(target: Target) -> Outcome {
    let email = target.address("taken-over");
    let (victim, attacker) = (target.somebody()?, target.somebody()?);
    victim.sign_up(&email, PASSWORD).await?.expect(202)?;
    let own = target.mailed(&email, "/verify-email/", 1).await?;
    attacker.sign_up(&email, OF_ATTACKER).await?.expect(202)?;
    let newest = target.mailed(&email, "/verify-email/", 2).await?;
    // The victim takes the newest mail for the one that they asked for.
    victim.verify(&newest, PASSWORD).await?.expect(400)?;
    victim.verify(&own, PASSWORD).await?.expect(200)?;
    victim.verify(&newest, OF_ATTACKER).await?.expect(400)?;
    attacker.log_in(&email, OF_ATTACKER).await?.expect(401)?;
    victim.log_in(&email, PASSWORD).await?.expect(200)?;
    Ok("the victim logs in, the attacker does not".to_owned())
}

async fn scan_mails(target: Target) -> Outcome {
    let email = target.address("scanned");
    let (victim, scanner) = (target.somebody()?, target.somebody()?);
    victim.sign_up(&email, PASSWORD).await?.expect(202)?;
    let token = target.mailed(&email, "/verify-email/", 1).await?;
    let page = format!("/verify-email/{token}");
    for _ in 0..20 {
        scanner.get(&page).await?.expect(200)?;
        let pressed = scanner.submit(&page, "").await?;
        ensure!(pressed.status != 200, "the button alone confirmed it");
    }
    victim.log_in(&email, PASSWORD).await?.expect(401)?;
    victim.verify(&token, PASSWORD).await?.expect(200)?;
    Ok("20 visits changed nothing; the password did".to_owned())
}

async fn keep_mail_away(target: Target) -> Outcome {
    let email = target.address("kept-away");
    for _ in 0..4 {
        let attacker = target.somebody()?;
        attacker.sign_up(&email, OF_ATTACKER).await?.expect(202)?;
    }
    let victim = target.somebody()?;
    let answer = victim.sign_up(&email, PASSWORD).await?;
    answer.expect(202)?;
    let token = target.mailed(&email, "/verify-email/", 5).await?;
    victim.verify(&token, PASSWORD).await?.expect(200)?;
    Ok("the fifth mail of the hour came, and confirmed".to_owned())
}

async fn ask_by_log_in(target: Target) -> Outcome {
    let known = target.person("asked-for").await?;
    let unknown = target.address("not-there");
    let mut bodies = Vec::new();
    for email in [&known.email, &unknown] {
        let attacker = target.somebody()?;
        let signed_up = attacker.sign_up(email, OF_ATTACKER).await?.expect(202)?;
        let logged_in = attacker.log_in(email, OF_ATTACKER).await?.expect(401)?;
        let without_id = |mut body: serde_json::Value| {
            body.as_object_mut().map(|it| it.remove("request_id"));
            body
        };
        bodies.push((without_id(signed_up.body), without_id(logged_in.body)));
    }
    ensure!(bodies[0] == bodies[1], "the answers differ: {bodies:?}");
    Ok("a known and an unknown address answer alike, word for word".to_owned())
}
