//! The ports of a stack: remembered between runs as long as nobody else takes them.

use std::io;

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::state_dir::StateDir;
use crate::port::{free_port, is_free};

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
        let before = state.read::<Self>(FILE).ok().flatten();
        let choose = |port: fn(&Self) -> u16| match before.as_ref().map(port) {
            Some(port) if port != 0 && is_free(port) => Ok(port),
            _ => new_port(before.as_ref()).map_err(Error::io("find a free port")),
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

    fn all(&self) -> [u16; 6] {
        let Self {
            mongod,
            smtp,
            inbox,
            api,
            api_metrics,
            sign_in,
        } = *self;
        [mongod, smtp, inbox, api, api_metrics, sign_in]
    }
}

/// A port that is none of those before.
fn new_port(before: Option<&Ports>) -> io::Result<u16> {
    loop {
        let port = free_port()?;
        if before.is_none_or(|before| !before.all().contains(&port)) {
            return Ok(port);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    #[test]
    fn ports_are_remembered_until_somebody_takes_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = StateDir::open(folder.path()).expect("a state folder");
        let first = Ports::of(&state).expect("ports");
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, first.api)).expect("it is free");
        let second = Ports::of(&state).expect("ports");
        assert_ne!(first.api, second.api);
        assert_eq!((first.smtp, first.mongod), (second.smtp, second.mongod));
        drop(taken);
        assert_eq!(Ports::of(&state).expect("ports").api, second.api);
    }
}
