//! The folder that remembers a checkout's stack between runs: whose it is ([`folder`]), whether a
//! stack runs on it ([`lock`]), the files in it ([`files`]) and how it is deleted ([`delete`]).

mod delete;
mod files;
mod folder;
mod lock;
mod logs;
mod room;

pub use folder::StateDir;
pub use lock::{Running, StateLock};
