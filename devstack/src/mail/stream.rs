//! A connection, encrypted or not.

use tokio::io::{AsyncRead, AsyncWrite};

/// What is read from and written to.
pub(super) trait Transport: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Transport for T {}

/// A connection, encrypted or not.
pub(super) type Stream = Box<dyn Transport>;
