//! Runs a started stack until a signal or an order ends it.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::{Mutex, Notify};

use super::end_signal::EndSignal;
use super::orders::{Bridge, router};
use crate::stack::{Error, Stack, StackRecord};

/// Takes orders for the stack, calls `ready` with its record, and stops it when `end` or an
/// order to shut down comes.
///
/// # Errors
///
/// When the supervisor cannot listen for orders.
pub async fn run(
    mut stack: Stack,
    end: &mut EndSignal,
    ready: impl FnOnce(&StackRecord),
) -> Result<(), Error> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .map_err(io_error("listen for orders"))?;
    let address = listener
        .local_addr()
        .map_err(io_error("listen for orders"))?;
    stack.announce(format!("http://{address}"))?;
    let record = stack.record();
    let token = stack.secrets().control_token.as_str().into();
    let bridge = Bridge {
        stack: Arc::new(Mutex::new(stack)),
        shutdown: Arc::new(Notify::new()),
        token,
    };
    let orders = router(bridge.clone());
    let serving = tokio::spawn(async move { axum::serve(listener, orders).await });
    ready(&record);
    tokio::select! {
        () = end.received() => {}
        () = bridge.shutdown.notified() => {}
    }
    // An order under way holds the stack: it is carried out, and no new one is taken.
    let mut stack = bridge.stack.lock_owned().await;
    serving.abort();
    stack.stop_all().await;
    Ok(())
}

fn io_error(operation: &'static str) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Io {
        operation: operation.into(),
        source,
    }
}
