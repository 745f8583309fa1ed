//! The frame that every long-running program of Dossier stands in.
//!
//! [`run_program`] is the whole of a `main`. [`Frame`] owns what is the same in API and worker: the
//! operators' listener with health and metrics, the signals, and the order in which a process
//! stops; [`healthcheck()`] asks a running one whether it is ready. [`server`] serves HTTP to clients and
//! operators; [`print_line!`] and [`table`] are how commands print and list things, and [`completions()`] what shells
//! complete.

mod completions;
mod draining;
mod files;
mod frame;
mod healthcheck;
mod keys;
mod ops;
mod program;
pub mod server;
mod settings;
mod signals;
pub mod table;

pub use completions::{Shell, completions};
pub use dossier_startup::{print_line, write_line};
pub use draining::Draining;
pub use frame::Frame;
pub use healthcheck::healthcheck;
pub use keys::Keys;
pub use ops::listen;
pub use program::run_program;
pub use settings::{FrameSettings, MetricsAddress};
pub use signals::Signals;
