//! What takes long the first time: fetching mongod and building the programs.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::error::Error;
use crate::mongod::{self, MongodBinary};
use crate::process::{Profile, Program, Workspace, build};
use crate::progress::Progress;

/// The API, the worker and the migrations.
const PROGRAMS: [Program; 3] = [
    Program {
        package: "dossier-api",
        name: "dossier-api",
    },
    Program {
        package: "dossier-worker",
        name: "dossier-worker",
    },
    Program {
        package: "dossier-migrations",
        name: "dossier-migrate",
    },
];

/// The programs a stack consists of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Prepared {
    /// The database server; none when the stack uses one that runs already.
    pub mongod: Option<MongodBinary>,
    /// The API.
    pub api: PathBuf,
    /// The worker.
    pub worker: PathBuf,
    /// The migrations.
    pub migrate: PathBuf,
}

impl Prepared {
    /// Fetches and builds what is not there yet. Blocks.
    ///
    /// # Errors
    ///
    /// When no mongod can be had, or the code does not compile.
    pub fn obtain(needs_mongod: bool, profile: Profile, progress: Progress) -> Result<Self, Error> {
        let mongod = if needs_mongod {
            Some(mongod::find(progress)?)
        } else {
            None
        };
        let programs = build(&Workspace::own(), PROGRAMS, profile)?;
        Ok(Self::of(mongod, programs))
    }

    /// The same database server with the programs of another checkout, which are built if they are not
    /// there yet. Blocks.
    ///
    /// # Errors
    ///
    /// When the code does not compile.
    pub fn with_programs_of(&self, workspace: &Workspace, profile: Profile) -> Result<Self, Error> {
        let programs = build(workspace, PROGRAMS, profile)?;
        Ok(Self::of(self.mongod.clone(), programs))
    }

    fn of(mongod: Option<MongodBinary>, [api, worker, migrate]: [PathBuf; 3]) -> Self {
        Self {
            mongod,
            api,
            worker,
            migrate,
        }
    }
}
