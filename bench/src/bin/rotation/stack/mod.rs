//! The processes that run: a database, a mail catcher, two APIs, two workers.

mod command;
mod member;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use dossier_bench::server::{PrivateServer, mongod};
use dossier_devstack::mail::MailCatcher;
use dossier_devstack::port::free_port;
use dossier_devstack::stack::{Login, Prepared};
use tokio::process::Command;

use crate::balancer::APIS;
use crate::keys::{KeyFiles, KeyPair};
use crate::people::newcomer;

pub(crate) use command::run_to_end;
pub(crate) use member::{Kind, Member};

const DATABASE: &str = "dossier";

/// How many worker processes there are.
const WORKERS: usize = 2;

/// Everything that runs; [`stop`](Self::stop) ends it.
pub(crate) struct Stack {
    prepared: Prepared,
    mongod: PrivateServer,
    pub(crate) mail: MailCatcher,
    pub(crate) members: Vec<Member>,
    pub(crate) ops: Login,
}

impl Stack {
    /// Database and mail catcher; the other processes are not started yet.
    pub(crate) async fn begin(prepared: &Prepared, folder: &Path) -> anyhow::Result<Self> {
        let mongod = mongod::start(folder, 5).await?;
        let mail = MailCatcher::start().await?;
        let uri = mongod.uri(DATABASE);
        let mut members = Vec::new();
        let ports: Vec<u16> = (0..APIS).map(|_| free_port()).collect::<Result<_, _>>()?;
        let public_url = format!("http://127.0.0.1:{}", ports[0]);
        let shared = vec![
            ("MONGODB_URI", uri),
            ("PUBLIC_URL", public_url),
            ("RUST_LOG", "info".to_owned()),
        ];
        for (index, port) in ports.into_iter().enumerate() {
            let mut variables = shared.clone();
            variables.extend([
                ("SIGN_UP", "open".to_owned()),
                ("RATE_LIMIT_PERCENT", "1000000".to_owned()),
                ("SHUTDOWN_DELAY_SECONDS", "2".to_owned()),
            ]);
            let name = format!("api-{}", index + 1);
            let kind = Kind::Api { port };
            members.push(Member::new(&name, kind, &prepared.api, variables, folder)?);
        }
        for index in 1..=WORKERS {
            let mut variables = shared.clone();
            variables.extend([
                ("SMTP_URL", mail.smtp_url()),
                ("MAIL_FROM", "Dossier <noreply@dossier.example>".to_owned()),
            ]);
            let name = format!("worker-{index}");
            members.push(Member::new(
                &name,
                Kind::Worker,
                &prepared.worker,
                variables,
                folder,
            )?);
        }
        Ok(Self {
            prepared: prepared.clone(),
            mongod,
            mail,
            members,
            ops: newcomer(),
        })
    }

    /// Migrates, makes the account that uploads, and starts all processes with this key.
    pub(crate) async fn start(&mut self, key: &KeyPair) -> anyhow::Result<()> {
        let mut migrate = self.command(&self.prepared.migrate);
        migrate.arg("up");
        run_to_end(migrate, "").await?;
        let Login { email, password } = &self.ops;
        let mut create = self.command(&self.prepared.api);
        create.args(["users", "create", "--role", "ops", "--password-stdin"]);
        create.args(["--email", email]);
        run_to_end(create, &format!("{password}\n")).await?;
        for member in &mut self.members {
            member.files.write(&[key])?;
            member.start().await?;
        }
        Ok(())
    }

    /// The program of the API, which has the operator's commands too.
    pub(crate) fn api_program(&self) -> PathBuf {
        self.prepared.api.clone()
    }

    /// A command of an operator: it knows the database and nothing else.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env("MONGODB_URI", self.mongod.uri(DATABASE));
        command
    }

    /// The files of the first API.
    pub(crate) fn files(&self) -> &KeyFiles {
        &self.members[0].files
    }

    /// Where the APIs serve clients.
    pub(crate) fn urls(&self) -> anyhow::Result<[String; APIS]> {
        let urls: Vec<String> = self.members.iter().filter_map(Member::url).collect();
        urls.try_into().ok().context("there are two APIs")
    }

    /// Stops everything, whatever state it is in.
    pub(crate) async fn stop(&self) {
        for member in &self.members {
            member.end(Duration::from_secs(40)).await;
        }
        self.mongod.stop().await;
    }
}
