//! Where a request comes from, and its name: what is kept of it.

use dossier_common::network::Network;

use crate::request_id::RequestId;

/// Where a request comes from, and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The network of its client.
    pub network: Network,
    /// Its name.
    pub request_id: RequestId,
}
