//! Starting the API, and others beside it.

use std::path::Path;

use super::error::Error;
use super::service::{PATIENCE, command};
use super::supervised::{Service, Stack};
use crate::port::free_port;
use crate::process::{Process, ProcessSpec, Signal, wait_until_ready};

/// What uploads leave free on a developer's disk: less than in operation, for little is lost with it.
const RESERVE_BYTES: u64 = 64 * 1024 * 1024;

/// An API beside the stack's first one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherApi {
    /// The id of its process.
    pub pid: u32,
    /// Its address, without a slash at its end.
    pub url: String,
}

impl Stack {
    /// Adds an API that is this program, perhaps of another version, and waits until it is ready. Its
    /// database, its keys and its settings are those of the first one.
    ///
    /// # Errors
    ///
    /// When it does not come up.
    pub async fn start_api_of(&mut self, program: &Path) -> Result<OtherApi, Error> {
        let port = || free_port().map_err(Error::io("find a free port"));
        let (listens, tells) = (port()?, port()?);
        self.apis_ever += 1;
        let name = format!("api-{}", self.apis_ever + 1);
        let api = self.spawn_api_at(program, name, [listens, tells])?;
        self.other_apis.push(api.clone());
        let url = format!("http://127.0.0.1:{listens}");
        wait_until_ready(&api.process, &format!("{url}/readyz"), PATIENCE).await?;
        self.write_record()?;
        let pid = api.process.pid();
        Ok(OtherApi { pid, url })
    }

    /// Asks an API to stop serving, the first or another, and waits until it has ended.
    ///
    /// # Errors
    ///
    /// When there is no such API.
    pub async fn stop_api(&mut self, pid: u32) -> Result<std::process::ExitStatus, Error> {
        let has_pid = |api: &Service| api.process.pid() == pid;
        let api = match self.other_apis.iter().position(has_pid) {
            Some(index) => self.other_apis.remove(index),
            None => {
                let first = self.api.take_if(|api| has_pid(api));
                first.ok_or(Error::UnknownApi(pid))?
            }
        };
        let status = api.process.stop(PATIENCE).await;
        self.write_record()?;
        Ok(status)
    }

    /// Starts the stack's first API.
    pub(super) fn spawn_api(&self) -> Result<Service, Error> {
        let ports = [self.ports.api, self.ports.api_metrics];
        self.spawn_api_at(&self.prepared.api, "api".to_owned(), ports)
    }

    /// Starts an API that listens on the first port and tells its health on the second.
    fn spawn_api_at(
        &self,
        program: &Path,
        name: String,
        [listens, tells]: [u16; 2],
    ) -> Result<Service, Error> {
        let mut variables = vec![
            ("MONGODB_URI", self.mongodb_uri.clone()),
            ("PUBLIC_URL", self.api_url()),
            ("LISTEN_ADDR", format!("127.0.0.1:{listens}")),
            ("METRICS_ADDR", format!("127.0.0.1:{tells}")),
            ("FERNET_KEYS", self.secrets.fernet_keys.clone()),
            ("JWT_KEYS", self.secrets.jwt_keys.clone()),
            ("SIGN_UP", "open".to_owned()),
            // Nobody routes clients to it who would have to go elsewhere first.
            ("SHUTDOWN_DELAY_SECONDS", "0".to_owned()),
            // Everything on a developer's machine comes from one network.
            ("RATE_LIMIT_PERCENT", "1000000".to_owned()),
            ("STORAGE_RESERVE_BYTES", RESERVE_BYTES.to_string()),
            // Who tries out what recipients are told does not want to wait for long.
            ("NOTICE_DELAY_SECONDS", "1".to_owned()),
        ];
        variables.extend(self.blob_keys());
        variables.extend(
            self.options
                .api_env
                .iter()
                .map(|(name, value)| (name.as_str(), value.clone())),
        );
        let mut command = command(program, &variables);
        command.arg("serve");
        let spec = ProcessSpec {
            log: self.state.log(&name),
            name,
            command,
            death_signal: Signal::TERM,
        };
        let process = Process::spawn(spec).map_err(Error::io("start the api"))?;
        Ok(Service {
            process,
            program: program.to_path_buf(),
            metrics_url: Some(format!("http://127.0.0.1:{tells}")),
        })
    }
}
