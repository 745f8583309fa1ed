//! Tokens that the old key minted, used while both keys are accepted, and when it is gone.

use std::sync::Arc;
use std::time::Duration;

use dossier_devstack::stack::Login;
use serde_json::json;

use crate::actor::{Actor, World};
use crate::call::Call;
use crate::people::{App, Tokens, newcomer, refresh_with};
use crate::step::Step;
use crate::tally::Refused;

/// What came of one kind of token.
#[derive(Clone, Debug)]
pub(crate) struct Used {
    pub(crate) what: &'static str,
    pub(crate) expected: &'static str,
    pub(crate) answer: String,
}

/// Everything that a key mints, once.
pub(crate) struct OldTokens {
    actor: Actor,
    person: Login,
    tokens: Tokens,
    /// Of a second session.
    at_once: String,
    sign_up: (Login, String),
    reset: String,
    invitation: String,
    link: String,
    cursor: String,
    second_factor: (Login, App),
}

/// What is expected of each kind: the answer while both keys are accepted, and without the old one.
const EXPECTED: [(&str, &str, &str); 10] = [
    ("access token", "200", "401 unauthorized"),
    ("device token, at log-in", "200", "200"),
    ("refresh token", "200", "200"),
    (
        "refresh token, at both APIs at once",
        "200, 200, the same",
        "200, 200, the same",
    ),
    ("token of a sign-up's mail", "200", "400 token_invalid"),
    ("token of a reset's mail", "204", "400 token_invalid"),
    ("token of an invitation's mail", "200", "400 token_invalid"),
    ("download address", "200", "404 not_found"),
    ("cursor of a list", "200", "422 invalid_fields"),
    ("seed of a second factor", "200", "200"),
];

impl OldTokens {
    /// Has them minted.
    pub(crate) async fn mint(world: &Arc<World>) -> Result<Self, Refused> {
        let mut actor = Actor::new(world);
        let person = actor.account().await?;
        let at_once = actor.log_in(&person).await?.refresh;
        let tokens = actor.log_in(&person).await?;
        let sign_up = actor.sign_up().await?;
        let forgetful = actor.account().await?;
        let reset = actor.ask_for_reset(&forgetful).await?;
        let ops = actor.log_in(&world.ops).await?.access;
        let invited = newcomer().email;
        let body = json!({ "email": invited, "role": "client" });
        let call = Call::post("/v1/invitations", body).by(&ops);
        actor.call(Step::Invite, call.expecting(&[201])).await?;
        let invitation = actor.mailed(&invited, "invitation").await?;
        // Two documents: a list of one has another page.
        actor.document(&ops).await?;
        let file = actor.document(&ops).await?;
        let link = actor.link(&tokens.access, &file).await?;
        let page = Call::get("/v1/files?limit=1").by(&ops);
        let cursor = actor.call(Step::List, page).await?.text("next_cursor");
        let careful = actor.account().await?;
        let app = actor.second_factor(&careful).await?;
        Ok(Self {
            actor,
            person,
            tokens,
            at_once,
            sign_up,
            reset,
            invitation,
            link,
            cursor,
            second_factor: (careful, app),
        })
    }

    /// Uses each of them, once, and counts as refused what is not answered as expected.
    pub(crate) async fn use_all(mut self, is_key_gone: bool) -> Result<Vec<Used>, Refused> {
        let answers = self.answers().await?;
        let tally = &self.actor.world.tally;
        let used = EXPECTED.into_iter().zip(answers).map(|(expected, answer)| {
            let (what, with, without) = expected;
            let expected = if is_key_gone { without } else { with };
            match answer == expected {
                true => tally.done(Step::OldToken, Duration::ZERO),
                false => {
                    let why = format!("{answer} for {what}");
                    tally.refused(Step::OldToken, &why, "an API");
                }
            }
            Used {
                what,
                expected,
                answer,
            }
        });
        Ok(used.collect())
    }

    /// The answers, in the order of [`EXPECTED`].
    async fn answers(&mut self) -> Result<[String; EXPECTED.len()], Refused> {
        let world = self.actor.world.clone();
        let actor = &mut self.actor;
        let fresh = actor.log_in(&self.person).await?.access;
        let ops = actor.log_in(&world.ops).await?.access;
        let access = actor.ask(Call::get("/v1/me").by(&self.tokens.access)).await;
        let Login { email, password } = &self.person;
        let body =
            json!({ "email": email, "password": password, "device_token": self.tokens.device });
        let device = actor.ask(Call::post("/v1/auth/login", body)).await;
        let refresh = actor.ask(refresh_with(&self.tokens.refresh)).await;
        let at_once = at_once(actor, &self.at_once).await;
        let (login, token) = &self.sign_up;
        let body = json!({ "token": token, "password": login.password });
        let sign_up = actor.ask(Call::post("/v1/auth/verify-email", body)).await;
        let body = json!({ "token": self.reset, "new_password": newcomer().password });
        let reset = Call::post("/v1/auth/reset-password/confirm", body);
        let reset = actor.ask(reset).await;
        let body = json!({ "token": self.invitation, "password": newcomer().password });
        let invitation = Call::post("/v1/auth/accept-invitation", body);
        let invitation = actor.ask(invitation).await;
        let link = actor.ask(Call::get(&self.link).by(&fresh)).await;
        let page = format!("/v1/files?limit=1&cursor={}", self.cursor);
        let cursor = actor.ask(Call::get(page).by(&ops)).await;
        let (login, app) = &mut self.second_factor;
        let code = next_code(app).await;
        let Login { email, password } = login;
        let body = json!({ "email": email, "password": password, "totp": code });
        let seed = actor.ask(Call::post("/v1/auth/login", body)).await;
        Ok([
            access, device, refresh, at_once, sign_up, reset, invitation, link, cursor, seed,
        ])
    }
}

/// Trades one refresh token in at both APIs, as two pages of a browser do.
async fn at_once(actor: &Actor, token: &str) -> String {
    let call = refresh_with(token);
    let balancer = &actor.world.balancer;
    let both = tokio::join!(balancer.send(0, &call), balancer.send(1, &call));
    match both {
        (Ok(one), Ok(other)) => {
            let is_same = one.text("refresh_token") == other.text("refresh_token");
            let ending = if is_same { "the same" } else { "another" };
            format!("{}, {}, {ending}", one.summary(), other.summary())
        }
        (one, other) => format!("{:?} {:?}", one.err(), other.err()),
    }
}

/// The next code that was not used yet: within half a minute there is one.
async fn next_code(app: &mut App) -> String {
    loop {
        if let Some(code) = app.code() {
            return code;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
