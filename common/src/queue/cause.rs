//! [`Cause`]: what jobs are enqueued for.

use std::sync::{Arc, OnceLock};

use apalis_mongodb::NewJob;

use crate::id::UserId;
use crate::trace::{TRACEPARENT, TRACESTATE, TraceContext};

tokio::task_local! {
    static CAUSE: Cause;
}

/// The keys under which a cause is attached to its jobs; frozen.
pub mod cause_key {
    /// The name of the request, as the API's log has it.
    pub const REQUEST: &str = "request_id";
    /// The method and the route of the request.
    pub const ROUTE: &str = "route";
    /// Who was calling.
    pub const USER: &str = "user_id";
    /// The job that enqueued it.
    pub const JOB: &str = "job_id";
    /// The program that an operator ran.
    pub const PROGRAM: &str = "program";

    /// All of them.
    pub const ALL: [&str; 5] = [REQUEST, ROUTE, USER, JOB, PROGRAM];
}

/// What jobs are enqueued for: a request, another job, or an operator's command. It is attached to
/// every job that is enqueued [within](Cause::scope) it. Clones share what is found out later.
#[derive(Clone, Debug, Default)]
pub struct Cause(Arc<Facts>);

#[derive(Debug, Default)]
struct Facts {
    entries: Vec<(&'static str, String)>,
    user: OnceLock<UserId>,
}

impl Cause {
    /// A request, by its name, and `route`, its method and its route; never its address, which may
    /// hold a token.
    pub fn of_request(id: Option<&str>, route: String) -> Self {
        let id = id.map(|id| (cause_key::REQUEST, id.to_owned()));
        Self::new(id.into_iter().chain([(cause_key::ROUTE, route)]))
    }

    /// A job.
    pub fn of_job(id: String) -> Self {
        Self::new([(cause_key::JOB, id)])
    }

    /// A program that an operator runs.
    pub fn of_program(name: &str) -> Self {
        Self::new([(cause_key::PROGRAM, name.to_owned())])
    }

    fn new(entries: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self(Arc::new(Facts {
            entries: entries.into_iter().collect(),
            user: OnceLock::new(),
        }))
    }

    /// Runs `work`: what it enqueues is enqueued for this. What it spawns is not part of it.
    pub async fn scope<F: Future>(self, work: F) -> F::Output {
        CAUSE.scope(self, work).await
    }

    /// This person is behind whatever the present task does from here on.
    pub fn set_user(id: UserId) {
        // Outside of a scope there is nothing to add it to; a second caller of a request is none.
        let _ = CAUSE.try_with(|cause| cause.0.user.set(id));
    }

    /// `job` with the present cause and trace attached to it, if there are any.
    pub(crate) fn attach<J>(job: NewJob<J>) -> NewJob<J> {
        let job = attach_trace(job);
        let Ok(cause) = CAUSE.try_with(Self::clone) else {
            return job;
        };
        let entries = cause.0.entries.iter();
        let job = entries.fold(job, |job, (key, value)| job.metadata(*key, value.as_str()));
        match cause.0.user.get() {
            Some(user) => job.metadata(cause_key::USER, user.to_string()),
            None => job,
        }
    }
}

/// `job` as a part of the trace that the present task belongs to.
fn attach_trace<J>(job: NewJob<J>) -> NewJob<J> {
    let Some(trace) = TraceContext::present() else {
        return job;
    };
    let job = job.metadata(TRACEPARENT, trace.traceparent());
    match trace.tracestate() {
        Some(state) => job.metadata(TRACESTATE, state),
        None => job,
    }
}
