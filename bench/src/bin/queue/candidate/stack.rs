//! The apalis worker that all apalis backends run under.

use std::time::Duration;

/// No handler takes as long; the layer is there because real workers have it.
pub(super) const HANDLER_TIMEOUT: Duration = Duration::from_secs(30);

/// A future that runs `$backend` under the middleware of a real worker until something breaks.
///
/// Made outside of any `async` block, in which the compiler cannot prove it to be `Send`.
macro_rules! run_worker {
    ($backend:expr, $settings:expr, $observer:expr) => {{
        use apalis::prelude::{WorkerBuilder, WorkerBuilderExt};
        use futures_util::{FutureExt, TryFutureExt};
        let observer = $observer;
        let handler = move |job: crate::job::Job| {
            let observer = std::sync::Arc::clone(&observer);
            async move { observer(&job) }
        };
        WorkerBuilder::new(format!("bench-{}", std::process::id()))
            .backend($backend)
            .enable_tracing()
            .catch_panic()
            .timeout(crate::candidate::stack::HANDLER_TIMEOUT)
            .concurrency($settings.concurrency)
            .build(handler)
            .run()
            .err_into()
            .boxed()
    }};
}

pub(super) use run_worker;
