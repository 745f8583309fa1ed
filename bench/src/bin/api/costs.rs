//! Processor time, of whom.

use std::time::Instant;

use dossier_bench::{Disturbance, Load, cpu_seconds_of_thread, cpu_seconds_of_tree};

/// Processor seconds that were used so far.
#[derive(Clone, Debug)]
pub(crate) struct Costs {
    pids: (u32, u32),
    at: Instant,
    server: f64,
    mongod: f64,
    client: f64,
    machine: Load,
}

/// What was used since.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Used {
    pub(crate) seconds: f64,
    pub(crate) server_cpu: f64,
    pub(crate) mongod_cpu: f64,
    /// By the thread that asks.
    pub(crate) client_cpu: f64,
    pub(crate) disturbance: Disturbance,
}

impl Costs {
    /// Up to now, of a server, of mongod, and of this thread.
    pub(crate) fn now(server: u32, mongod: u32) -> Self {
        Self {
            pids: (server, mongod),
            server: cpu_seconds_of_tree(server),
            mongod: cpu_seconds_of_tree(mongod),
            machine: Load::now(&[]),
            client: cpu_seconds_of_thread(),
            at: Instant::now(),
        }
    }

    pub(crate) fn since(&self) -> Used {
        let seconds = self.at.elapsed().as_secs_f64();
        let client = cpu_seconds_of_thread() - self.client;
        let (server, mongod) = self.pids;
        Used {
            seconds,
            server_cpu: cpu_seconds_of_tree(server) - self.server,
            mongod_cpu: cpu_seconds_of_tree(mongod) - self.mongod,
            client_cpu: client,
            disturbance: self.machine.disturbance(),
        }
    }
}
