//! Ports nobody listens on.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Systems give no port of these to a connection by itself: Linux takes those from 32,768 on for that
/// (`ip_local_port_range`), and others from 49,152 on (RFC 6335, section 6).
const PORTS: Range<u16> = 20_000..32_768;

/// How many of them are tried.
const TRIES: usize = 100;

/// How many were given or tried, from a number by chance on: programs that look for ports at the same time begin at
/// different ones.
static TAKEN: LazyLock<AtomicUsize> =
    LazyLock::new(|| AtomicUsize::new(rand::random_range(0..PORTS.len())));

/// A port of 127.0.0.1 that is free now. This process is not given it again before it was given all the others, and
/// no connection gets it; another process may listen on it before it is used.
///
/// # Errors
///
/// When none of a hundred is free.
pub fn free_port() -> io::Result<u16> {
    let mut refusal = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..TRIES {
        let number = TAKEN.fetch_add(1, Ordering::Relaxed) % PORTS.len();
        let port = PORTS.start + u16::try_from(number).expect("it is below the number of ports");
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => return Ok(port),
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_port_is_given_twice_and_none_that_connections_get() {
        let ports: Vec<u16> = (0..500)
            .map(|_| free_port().expect("a free port"))
            .collect();
        assert!(ports.iter().all(|port| PORTS.contains(port)));
        assert_eq!(ports.iter().collect::<HashSet<_>>().len(), ports.len());
    }
}
