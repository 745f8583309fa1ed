//! Ports nobody listens on.

use std::io;
use std::net::Ipv4Addr;
use std::ops::Range;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpSocket;

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
        match claim(port) {
            Ok(_) => return Ok(port),
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}

/// Whether nobody listens on this port of 127.0.0.1 now.
pub(crate) fn is_free(port: u16) -> bool {
    claim(port).is_ok()
}

/// A socket at this port that does not listen: a process that begins at this moment has it as well until it runs its
/// program, and a listener would keep the port from its owner meanwhile.
fn claim(port: u16) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::net::TcpListener;
    use std::process::Command;
    use std::sync::atomic::AtomicBool;
    use std::thread;

    use super::*;

    #[test]
    fn no_port_is_given_twice_and_none_that_connections_get() {
        let ports: Vec<u16> = (0..500)
            .map(|_| free_port().expect("a free port"))
            .collect();
        assert!(ports.iter().all(|port| PORTS.contains(port)));
        assert_eq!(ports.iter().collect::<HashSet<_>>().len(), ports.len());
    }

    #[test]
    fn a_port_that_somebody_listens_on_is_not_free() {
        let port = free_port().expect("a free port");
        assert!(is_free(port));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("it is free");
        assert!(!is_free(port));
        drop(listener);
    }

    #[test]
    fn it_can_be_listened_on_at_once_though_processes_begin_meanwhile() {
        let done = AtomicBool::new(false);
        let refusal = thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        Command::new("true").status().expect("it runs");
                    }
                });
            }
            let mut tries = (0..3000).map(|_| {
                let port = free_port().expect("a free port");
                TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            });
            let refusal = tries.find_map(Result::err);
            done.store(true, Ordering::Relaxed);
            refusal
        });
        assert!(refusal.is_none(), "{refusal:?}");
    }
}
