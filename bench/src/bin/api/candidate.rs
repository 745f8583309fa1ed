//! Those that are compared.

use crate::route::Route;

/// What our API is called.
pub(crate) const OURS: &str = "dossier";

/// What the peer is called.
pub(crate) const FASTAPI: &str = "FastAPI";

/// A server that answers the requests.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// What it is called in tables.
    pub(crate) name: &'static str,
    /// Where it listens on the loopback address.
    pub(crate) port: u16,
    /// Its process; those that descend from it count as well.
    pub(crate) pid: u32,
    /// What it answers.
    pub(crate) routes: &'static [Route],
}
