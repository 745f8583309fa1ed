//! Who is at the command line.

use dossier_common::config::Environment;
use dossier_common::host::host_name;
use dossier_common::operations::Initiator;

/// Whoever is at the command line, as the system names them.
pub(in crate::cli) fn operator() -> Initiator {
    let env = Environment::of_process();
    let name = env.text("USER").or_else(|| env.text("LOGNAME"));
    let name = name.unwrap_or_else(|| "unknown".to_owned());
    Initiator::operator(&format!("{name}@{}", host_name()))
}
