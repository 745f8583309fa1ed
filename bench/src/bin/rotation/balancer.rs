//! What stands before two APIs: it asks both whether they are ready, and sends nothing to one that is not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::answer::Answer;
use crate::call::Call;

/// How many APIs there are.
pub(crate) const APIS: usize = 2;

/// What they are called in reports.
const NAMES: [&str; APIS] = ["api-1", "api-2"];

/// Between two questions whether an API is ready; its delay after SIGTERM is far longer.
const PERIOD: Duration = Duration::from_millis(100);

/// No answer is waited for longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The way to both APIs; clones share what is known of them.
#[derive(Clone, Debug)]
pub(crate) struct Balancer {
    http: reqwest::Client,
    urls: [Arc<str>; APIS],
    ready: Arc<[AtomicBool; APIS]>,
}

impl Balancer {
    pub(crate) fn new(urls: [String; APIS]) -> anyhow::Result<Self> {
        Ok(Self {
            http: reqwest::Client::builder().timeout(PATIENCE).build()?,
            urls: urls.map(Arc::from),
            ready: Arc::new([AtomicBool::new(false), AtomicBool::new(false)]),
        })
    }

    /// Asks the APIs until it is dropped.
    pub(crate) async fn watch(self) {
        loop {
            for (index, url) in self.urls.iter().enumerate() {
                let asked = self.http.get(format!("{url}/readyz"));
                let answer = asked.timeout(Duration::from_secs(3)).send().await;
                let is_ready = answer.is_ok_and(|answer| answer.status().is_success());
                self.ready[index].store(is_ready, Ordering::Relaxed);
            }
            tokio::time::sleep(PERIOD).await;
        }
    }

    /// Whether clients are sent to this API.
    pub(crate) fn is_ready(&self, index: usize) -> bool {
        self.ready[index].load(Ordering::Relaxed)
    }

    /// Which API the next request goes to: another one than the last, if that is ready.
    pub(crate) fn after(&self, last: usize) -> usize {
        let other = (last + 1) % APIS;
        match self.is_ready(other) || !self.is_ready(last) {
            true => other,
            false => last,
        }
    }

    /// The answer of an API; what went wrong when there is none.
    pub(crate) async fn send(&self, index: usize, call: &Call<'_>) -> Result<Answer, String> {
        let began = Instant::now();
        let request = call.to(&self.http, &self.urls[index]);
        let answer = request.send().await.map_err(|error| reason(&error))?;
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await.map_err(|error| reason(&error))?;
        Ok(Answer {
            status,
            bytes: bytes.to_vec(),
            took: began.elapsed(),
            api: NAMES[index],
        })
    }

    /// The name of an API.
    pub(crate) fn name(index: usize) -> &'static str {
        NAMES[index]
    }
}

/// The innermost cause: addresses may hold tokens.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    match error.is_timeout() {
        true => "no answer in time".to_owned(),
        false => format!("no answer: {cause}"),
    }
}
