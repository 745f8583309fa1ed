//! Ports nobody listens on.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;

/// Systems give no port of these to a connection by itself: Linux takes those from 32,768 on for that
/// (`ip_local_port_range`), and others from 49,152 on (RFC 6335, section 6).
const PORTS: Range<u16> = 20_000..32_768;

/// How many of them are tried.
const TRIES: usize = 100;

/// A port of 127.0.0.1 that is free now. Somebody else may listen on it before it is used; no connection gets it.
///
/// # Errors
///
/// When the system has none left.
pub fn free_port() -> io::Result<u16> {
    let mut tried = (0..TRIES).map(|_| bound_port(rand::random_range(PORTS)));
    match tried.find_map(Result::ok) {
        Some(port) => Ok(port),
        None => bound_port(0),
    }
}

/// The port that a listener gets who asks for this one.
fn bound_port(port: u16) -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    Ok(listener.local_addr()?.port())
}
