//! The ports of a stack: remembered between runs as long as nobody else takes them.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::state_dir::StateDir;
use crate::port::free_port;

const FILE: &str = "ports.json";

/// Where everything listens, on 127.0.0.1.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Ports {
    pub(super) mongod: u16,
    pub(super) smtp: u16,
    pub(super) inbox: u16,
    pub(super) api: u16,
    pub(super) api_metrics: u16,
    /// A folder from before there was one remembers none.
    #[serde(default)]
    pub(super) sign_in: u16,
}

impl Ports {
    /// The remembered ports, each replaced if it is no longer free.
    pub(super) fn of(state: &StateDir) -> Result<Self, Error> {
        let remembered = state.read::<Self>(FILE).ok().flatten();
        // Held until all are chosen, so that none is chosen twice.
        let mut held = Vec::new();
        let mut choose = |port: fn(&Self) -> u16| -> Result<u16, Error> {
            let before = remembered.as_ref().map(port).filter(|port| *port != 0);
            let (port, socket) = before
                .map_or_else(new_port, hold)
                .or_else(|_| new_port())
                .map_err(Error::io("find a free port"))?;
            held.push(socket);
            Ok(port)
        };
        let ports = Self {
            mongod: choose(|ports| ports.mongod)?,
            smtp: choose(|ports| ports.smtp)?,
            inbox: choose(|ports| ports.inbox)?,
            api: choose(|ports| ports.api)?,
            api_metrics: choose(|ports| ports.api_metrics)?,
            sign_in: choose(|ports| ports.sign_in)?,
        };
        state.write(FILE, &ports)?;
        Ok(ports)
    }
}

fn new_port() -> io::Result<(u16, TcpListener)> {
    hold(free_port()?)
}

fn hold(port: u16) -> io::Result<(u16, TcpListener)> {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    Ok((port, socket))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_remembered_until_somebody_takes_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = StateDir::open(folder.path()).expect("a state folder");
        let first = Ports::of(&state).expect("ports");
        let taken = hold(first.api).expect("it is free");
        let second = Ports::of(&state).expect("ports");
        assert_ne!(first.api, second.api);
        assert_eq!((first.smtp, first.mongod), (second.smtp, second.mongod));
        drop(taken);
        assert_eq!(Ports::of(&state).expect("ports").api, second.api);
    }
}
