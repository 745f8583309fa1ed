//! The page as a server.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::routes::{SignIn, router};
use crate::stack::StackRecord;

/// The page, served until it is dropped.
#[derive(Debug)]
pub struct SignInPage {
    url: String,
    _task: JoinSet<io::Result<()>>,
}

impl SignInPage {
    /// Serves the page for a running stack on this port of 127.0.0.1; 0 picks a free one.
    ///
    /// # Errors
    ///
    /// When the port is taken.
    pub async fn start(port: u16, record: &StackRecord) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let host = listener.local_addr()?.to_string();
        let url = format!("http://{host}");
        let routes = router(Arc::new(SignIn {
            host,
            api_url: record.api_url.clone(),
            ops: record.ops.clone(),
            client: record.client.clone(),
            admin: record.admin.clone(),
        }));
        let mut task = JoinSet::new();
        task.spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { url, _task: task })
    }

    /// Its address, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}
