//! The ports of a stack: remembered between runs as long as nobody else takes them.

use std::net::{Ipv4Addr, TcpListener};

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::state_dir::StateDir;
use crate::mongod::free_port;

const FILE: &str = "ports.json";

/// Where everything listens, on 127.0.0.1.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Ports {
    pub(super) mongod: u16,
    pub(super) smtp: u16,
    pub(super) inbox: u16,
    pub(super) api: u16,
    pub(super) api_metrics: u16,
}

impl Ports {
    /// The remembered ports, each replaced if it is no longer free.
    pub(super) fn of(state: &StateDir) -> Result<Self, Error> {
        let remembered = state.read::<Self>(FILE).ok().flatten();
        let choose = |port: fn(&Self) -> u16| match remembered.as_ref().map(port) {
            Some(port) if is_free(port) => Ok(port),
            _ => free_port().map_err(Error::io("find a free port")),
        };
        let ports = Self {
            mongod: choose(|ports| ports.mongod)?,
            smtp: choose(|ports| ports.smtp)?,
            inbox: choose(|ports| ports.inbox)?,
            api: choose(|ports| ports.api)?,
            api_metrics: choose(|ports| ports.api_metrics)?,
        };
        state.write(FILE, &ports)?;
        Ok(ports)
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
