//! Everything Dossier needs around itself on a developer's machine.
//!
//! - [`mongod`] finds (or fetches) a MongoDB server and runs it as a single-node replica set.
//! - [`mail`] is a mail server that keeps everything and shows it in a web inbox.
//! - [`port`] finds ports nobody listens on.
//! - [`process`] spawns children that cannot outlive us, and stops them.
//! - [`stack`] runs everything: mongod, mail, migrations, api and workers; [`supervisor`]
//!   keeps it running and takes requests.
//! - [`sign_in`] signs people in to the console by one click.
//! - [`story`] walks the whole path through a running stack, step by step.
//! - [`testing`] gives every test a database of its own on one server per test process, and a proxy
//!   in front of a server on which connections die.

mod disk;
pub mod environment;
pub mod mail;
pub mod mongod;
pub mod port;
pub mod process;
pub mod progress;
pub mod sign_in;
pub mod stack;
pub mod story;
pub mod supervisor;
pub mod testing;
