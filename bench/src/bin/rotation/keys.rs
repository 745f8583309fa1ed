//! The lists of keys, as an operator writes them into files.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;
use tokio::process::Command;

use crate::stack::run_to_end;

/// A key of each kind.
#[derive(Clone, Debug)]
pub(crate) struct KeyPair {
    fernet: String,
    jwt: String,
}

impl KeyPair {
    /// Made as the runbook says; `kid` names the key of access tokens.
    pub(crate) async fn generate(api: &Path, kid: &str) -> anyhow::Result<Self> {
        let generate = async |arguments: &[&str]| {
            let mut command = Command::new(api);
            command.args(["keys", "generate"]).args(arguments);
            let key = run_to_end(command, "").await?;
            anyhow::Ok(key.trim().to_owned())
        };
        Ok(Self {
            fernet: generate(&["fernet"]).await?,
            jwt: generate(&["jwt", "--kid", kid]).await?,
        })
    }
}

/// The two files of one process.
#[derive(Clone, Debug)]
pub(crate) struct KeyFiles {
    folder: PathBuf,
}

impl KeyFiles {
    pub(crate) fn create(folder: PathBuf) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    /// The variables that name them.
    pub(crate) fn variables(&self) -> [(&'static str, PathBuf); 2] {
        [
            ("FERNET_KEYS_FILE", self.folder.join("fernet")),
            ("JWT_KEYS_FILE", self.folder.join("jwt")),
        ]
    }

    /// Puts these keys into them, the one that mints first.
    pub(crate) fn write(&self, keys: &[&KeyPair]) -> anyhow::Result<()> {
        let fernet: Vec<&str> = keys.iter().map(|key| key.fernet.as_str()).collect();
        let jwt: Vec<&str> = keys.iter().map(|key| key.jwt.as_str()).collect();
        let [(_, fernet_file), (_, jwt_file)] = self.variables();
        std::fs::write(fernet_file, fernet.join(","))?;
        std::fs::write(jwt_file, jwt.join(",")).context("write the keys")
    }

    /// The ids that `dossier-api keys check` finds in them: those of FERNET_KEYS and of JWT_KEYS.
    pub(crate) async fn ids(&self, api: &Path) -> anyhow::Result<[String; 2]> {
        #[derive(Deserialize)]
        struct List {
            ids: Vec<String>,
        }
        let mut command = Command::new(api);
        command.args(["keys", "check", "--json"]);
        let lists = run_to_end(with(command, self), "").await?;
        let lists: Vec<List> = serde_json::from_str(&lists)?;
        let mut ids = lists.into_iter().map(|list| list.ids.join(","));
        let ids = ids.next().zip(ids.next());
        let (fernet, jwt) = ids.context("`keys check` lists two variables")?;
        Ok([fernet, jwt])
    }
}

/// The same command with the keys of these files.
pub(crate) fn with(mut command: Command, files: &KeyFiles) -> Command {
    for (name, path) in files.variables() {
        command.env(name, path);
    }
    command
}
