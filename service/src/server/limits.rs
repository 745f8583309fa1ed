//! What connections may take.

use std::time::Duration;

use dossier_common::config::Environment;

/// What connections may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many connections are served at once. Health checks get through beside them.
    pub connections: usize,
    /// How many of them may come from one network: an IPv4 address, or an IPv6 /64.
    pub connections_per_network: usize,
    /// How long a client may take to send the head of a request, and be idle before it.
    pub head_timeout: Duration,
    /// How long a client may take nothing of what is sent to it.
    pub write_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            connections_per_network: 1024,
            head_timeout: Duration::from_secs(15),
            write_timeout: Duration::from_secs(60),
        }
    }
}

impl Limits {
    /// Reads `MAX_CONNECTIONS`, `MAX_CONNECTIONS_PER_NETWORK` and `WRITE_TIMEOUT_SECONDS`.
    pub fn read(env: &mut Environment) -> Self {
        let default = Self::default();
        let mut count = |name, default: usize| {
            let read = env.number(name, 1..=1_000_000, default as u64);
            usize::try_from(read).unwrap_or(default)
        };
        let connections = count("MAX_CONNECTIONS", default.connections);
        let connections_per_network = count(
            "MAX_CONNECTIONS_PER_NETWORK",
            default.connections_per_network,
        );
        let seconds = default.write_timeout.as_secs();
        let write_timeout = env.number("WRITE_TIMEOUT_SECONDS", 1..=3600, seconds);
        Self {
            connections,
            connections_per_network,
            write_timeout: Duration::from_secs(write_timeout),
            ..default
        }
    }
}
