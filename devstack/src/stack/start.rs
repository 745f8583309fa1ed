//! Brings the stack up: database, mail, migrations, then logins, api and workers at once.

use std::time::{Duration, Instant};

use super::error::Error;
use super::migrate::migrate;
use super::options::{Database, StackOptions};
use super::ports::Ports;
use super::prepared::Prepared;
use super::record::{ProcessRecord, StackRecord};
use super::secrets::Secrets;
use super::service::PATIENCE;
use super::state_dir::StateDir;
use super::supervised::Stack;
use super::{accounts, workers};
use crate::mail::{MailCatcher, MailPorts};
use crate::mongod::{Mongod, MongodOptions};
use crate::process::{LeftoverProcess, Signal, end_leftover_process, wait_until_ready};

const DATABASE: &str = "dossier";

impl Stack {
    /// Starts everything and waits until it is ready.
    ///
    /// # Errors
    ///
    /// When something does not come up; whatever had come up is stopped again.
    pub async fn start(prepared: Prepared, options: StackOptions) -> Result<Self, Error> {
        let mut stack = Self::begin(prepared, options).await?;
        match stack.bring_up().await {
            Ok(()) => Ok(stack),
            Err(error) => {
                stack.stop().await;
                Err(error)
            }
        }
    }

    /// What the project's own programs stand on: database and mail server.
    async fn begin(prepared: Prepared, options: StackOptions) -> Result<Self, Error> {
        let state = StateDir::open(&options.state_dir)?;
        let lock = state.lock().await?.ok_or_else(|| busy(&state))?;
        end_leftovers(&state).await;
        state.set_logs_aside();
        let (secrets, ports) = (Secrets::of(&state)?, Ports::of(&state)?);
        let mongod = start_mongod(&prepared, &options, &state, ports.mongod).await?;
        let mongodb_uri = match (&mongod, &options.database) {
            (Some(mongod), _) => mongod.uri(DATABASE),
            (None, Database::At(uri)) => uri.clone(),
            (None, Database::Own) => unreachable!("a database of its own was started"),
        };
        let mail_ports = MailPorts {
            smtp: ports.smtp,
            web: ports.inbox,
        };
        let mail = MailCatcher::start_on(mail_ports)
            .await
            .map_err(Error::io("start the mail catcher"))?;
        Ok(Self {
            options,
            prepared,
            state,
            _lock: lock,
            secrets,
            ports,
            mongodb_uri,
            mongod,
            mail,
            api: None,
            other_apis: Vec::new(),
            apis_ever: 0,
            workers: Vec::new(),
            workers_ever: 0,
            control_url: None,
            sign_in_url: None,
        })
    }

    async fn bring_up(&mut self) -> Result<(), Error> {
        let step = self.options.progress.begin("running the migrations");
        migrate(self).await?;
        step.update("starting api and workers");
        let api = self.spawn_api()?;
        self.api = Some(api.clone());
        for _ in 0..self.options.workers {
            self.spawn_worker(&self.prepared.worker.clone())?;
        }
        let readiness = format!("{}/readyz", self.api_url());
        let ready = async { Ok(wait_until_ready(&api.process, &readiness, PATIENCE).await?) };
        tokio::try_join!(
            accounts::create(self),
            ready,
            workers::wait_until_all_are_ready(self)
        )?;
        self.write_record()?;
        step.done(&format!(
            "api and {} on {}",
            count(self.workers.len()),
            self.api_url()
        ));
        Ok(())
    }
}

async fn start_mongod(
    prepared: &Prepared,
    options: &StackOptions,
    state: &StateDir,
    port: u16,
) -> Result<Option<Mongod>, Error> {
    let Some(binary) = &prepared.mongod else {
        return Ok(None);
    };
    let step = options
        .progress
        .begin(format!("starting mongod {}", binary.version));
    let began = Instant::now();
    let mongod_options = MongodOptions {
        data_dir: state.mongod_data(),
        log: state.log("mongod"),
        port,
        cache_tenths_gb: 5,
        death_signal: Signal::TERM,
        patience: PATIENCE,
        test_commands: false,
    };
    let mongod = Mongod::start(binary, &mongod_options).await?;
    let (version, seconds) = (&binary.version, began.elapsed().as_secs_f32());
    step.done(&format!(
        "mongod {version} on 127.0.0.1:{port} after {seconds:.1} s"
    ));
    Ok(Some(mongod))
}

/// Ends what a killed supervisor left running; mongod sees to its own kind.
async fn end_leftovers(state: &StateDir) {
    let Some(StackRecord { processes, .. }) = state.leftover() else {
        return;
    };
    let services = processes
        .into_iter()
        .rev()
        .filter(|process| process.name != "mongod");
    for ProcessRecord { pid, program, .. } in services {
        if let Some(leftover) = LeftoverProcess::find(pid, &program.display().to_string()) {
            end_leftover_process(leftover, Duration::from_secs(20)).await;
        }
    }
    state.forget_leftover();
}

fn busy(state: &StateDir) -> Error {
    let reason = std::io::Error::other("another stack runs on it");
    Error::io(format!("take {}", state.path().display()))(reason)
}

fn count(workers: usize) -> String {
    if workers == 1 {
        "1 worker".into()
    } else {
        format!("{workers} workers")
    }
}
