//! People who use the service all the time, a bounded number of them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use dossier_bench::{newcomer, sign_up};
use dossier_devstack::story::{Client, StoryError};
use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::apis::Apis;
use crate::people::People;

/// What somebody does again and again.
#[derive(Clone, Copy, Debug)]
enum Act {
    SignUp,
    Upload,
    AskForLink,
}

/// Who does what, each with a pause after it: the machine has other things to do.
const LANES: [(Act, Duration); 5] = [
    (Act::SignUp, Duration::from_millis(50)),
    (Act::SignUp, Duration::from_millis(50)),
    (Act::Upload, Duration::from_millis(100)),
    (Act::AskForLink, Duration::from_millis(50)),
    (Act::AskForLink, Duration::from_millis(50)),
];

/// How long the last round of each may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was accepted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accepted {
    /// The addresses of those who signed up.
    pub(crate) sign_ups: Vec<String>,
    /// The ids of documents.
    pub(crate) files: Vec<String>,
    /// The ids of links.
    pub(crate) links: Vec<String>,
    /// What was not, with the answer.
    pub(crate) refused: Vec<String>,
}

/// The load, until it is [stopped](Self::stop).
pub(crate) struct Load {
    accepted: Arc<Mutex<Accepted>>,
    is_over: Arc<AtomicBool>,
    lanes: JoinSet<()>,
}

impl Load {
    pub(crate) fn start(apis: &Apis, people: &People) -> Self {
        let mut load = Self {
            accepted: Arc::default(),
            is_over: Arc::default(),
            lanes: JoinSet::new(),
        };
        for (act, pause) in LANES {
            let (apis, people) = (apis.clone(), people.clone());
            let (accepted, is_over) = (load.accepted.clone(), load.is_over.clone());
            load.lanes.spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    let done = act.once(&apis.next(), &people).await;
                    keep(&accepted, act, done);
                    sleep(pause).await;
                }
            });
        }
        load
    }

    /// Lets everybody finish what they do, and no more.
    pub(crate) async fn stop(mut self) -> anyhow::Result<Accepted> {
        self.is_over.store(true, Ordering::Relaxed);
        let all = async {
            while let Some(ended) = self.lanes.join_next().await {
                ended?;
            }
            anyhow::Ok(())
        };
        let ended = timeout(PATIENCE, all).await;
        ended.context("the load does not end")??;
        let accepted = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(accepted.clone())
    }
}

fn keep(accepted: &Mutex<Accepted>, act: Act, done: Result<String, StoryError>) {
    let mut accepted = accepted.lock().unwrap_or_else(PoisonError::into_inner);
    match done {
        Ok(what) => accepted.of(act).push(what),
        Err(error) => accepted.refused.push(error.to_string()),
    }
}

impl Accepted {
    fn of(&mut self, act: Act) -> &mut Vec<String> {
        match act {
            Act::SignUp => &mut self.sign_ups,
            Act::Upload => &mut self.files,
            Act::AskForLink => &mut self.links,
        }
    }
}

impl Act {
    /// Does it once; what was made.
    async fn once(self, api: &Client, people: &People) -> Result<String, StoryError> {
        match self {
            Self::SignUp => {
                let login = newcomer();
                sign_up(api, &login).await?;
                Ok(login.email)
            }
            Self::Upload => {
                let ops = api.with_token(people.ops.as_str());
                let answer = ops.upload("/v1/files", &people.document).await?;
                answer.expect(202)?.text("id")
            }
            Self::AskForLink => {
                let client = api.with_token(people.client.as_str());
                let path = format!("/v1/files/{}/links", people.file);
                let request = client.request(Method::POST, &path).json(&json!({}));
                let answer = client.send(request.header("prefer", "wait=0")).await?;
                // Its token may be there already.
                let expected = match answer.status.as_u16() {
                    201 => 201,
                    _ => 202,
                };
                answer.expect(expected)?.text("id")
            }
        }
    }
}
