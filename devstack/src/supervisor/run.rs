//! Runs a started stack until a signal or a request ends it.

use std::collections::HashSet;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Mutex, Notify};

use super::end_signal::EndSignal;
use super::routes::{SupervisorState, router};
use crate::sign_in::SignInPage;
use crate::stack::{Error, ProcessRecord, Stack, StackRecord};

/// What a running stack has to tell.
#[derive(Debug)]
pub enum Event<'a> {
    /// Everything is up.
    Ready(&'a StackRecord),
    /// A process ended by itself.
    Ended(&'a ProcessRecord),
}

/// Takes requests for the stack, signs people in to its console, tells what happens to it, and stops it when `end` or a request
/// to shut down comes. A second `end` does not wait for the jobs that workers still have.
///
/// # Errors
///
/// When the supervisor cannot listen for requests, or the page that signs people in cannot be served.
pub async fn run(
    mut stack: Stack,
    end: &mut EndSignal,
    mut tell: impl FnMut(Event<'_>),
) -> Result<(), Error> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.map_err(io_error("listen for requests"))?;
    let address = listener
        .local_addr()
        .map_err(io_error("listen for requests"))?;
    let sign_in = SignInPage::start(stack.sign_in_port(), &stack.record()).await;
    let sign_in = sign_in.map_err(io_error("serve the page that signs people in"))?;
    stack.announce(format!("http://{address}"), sign_in.url().to_owned())?;
    tell(Event::Ready(&stack.record()));
    let state = SupervisorState {
        token: stack.secrets().control_token.as_str().into(),
        stack: Arc::new(Mutex::new(stack)),
        shutdown: Arc::new(Notify::new()),
    };
    let routes = router(state.clone());
    let serving = tokio::spawn(async move { axum::serve(listener, routes).await });
    tokio::select! {
        () = end.received() => {}
        () = state.shutdown.notified() => {}
        () = watch(&state.stack, tell) => {}
    }
    // A request under way holds the stack: it is carried out, and no new one is taken.
    let mut stack = state.stack.lock_owned().await;
    serving.abort();
    drop(sign_in);
    tokio::select! {
        () = stack.stop_all() => {}
        () = end.received() => stack.kill_all(),
    }
    Ok(())
}

/// Tells of each process that ends by itself.
async fn watch(stack: &Mutex<Stack>, mut tell: impl FnMut(Event<'_>)) {
    let mut told = HashSet::new();
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let processes = stack.lock().await.record().processes;
        for process in processes.iter().filter(|process| process.ended.is_some()) {
            if told.insert(process.pid) {
                tell(Event::Ended(process));
            }
        }
    }
}

fn io_error(operation: &'static str) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Io {
        operation: operation.into(),
        source,
    }
}
