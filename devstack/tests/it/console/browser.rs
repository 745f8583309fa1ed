//! A headless Chromium of its own, driven by WebDriver.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use dossier_devstack::environment;
use dossier_devstack::mongod::free_port;
use dossier_devstack::process::{Process, ProcessSpec, Signal, wait_until_ready};
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::harness::PATIENCE;

/// What Debian calls the two programs, and how to have them.
const NEEDED: &str = "the console's tests drive a browser: please install Debian's chromium and its driver \
    (apt-get install chromium chromium-driver)";

/// Whether pages may run scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scripts {
    /// They may.
    On,
    /// They may not.
    Off,
}

/// A browser with a fresh profile. End it with [`Browser::end`]; its driver dies with this program at the latest.
pub(crate) struct Browser {
    client: Client,
    driver: Process,
    driver_url: String,
    _profile: TempDir,
}

impl Browser {
    pub(crate) async fn start(scripts: Scripts) -> Self {
        let (chromium, chromedriver) = (program("chromium"), program("chromedriver"));
        let profile = tempfile::tempdir().expect("a temporary folder");
        let port = free_port().expect("a port is free");
        let mut command = Command::new(chromedriver);
        command.arg(format!("--port={port}"));
        let spec = ProcessSpec {
            name: "chromedriver".to_owned(),
            log: profile.path().join("chromedriver.log"),
            command,
            death_signal: Signal::KILL,
        };
        let driver = Process::spawn(spec).expect("chromedriver starts");
        let driver_url = format!("http://127.0.0.1:{port}");
        let ready = wait_until_ready(&driver, &format!("{driver_url}/status"), PATIENCE).await;
        ready.expect("chromedriver is ready");
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities(&chromium, profile.path(), scripts));
        let client = builder.connect(&driver_url).await;
        Self {
            client: client.expect("chromium starts"),
            driver,
            driver_url,
            _profile: profile,
        }
    }

    pub(crate) async fn open(&self, url: &str) {
        self.client.goto(url).await.expect("the page opens");
    }

    /// The path that it is at.
    pub(crate) async fn path(&self) -> String {
        let url = self.client.current_url().await;
        url.expect("an address").path().to_owned()
    }

    /// The first element of this selector, as soon as there is one.
    pub(crate) async fn element(&self, css: &str) -> Element {
        let waiting = self.client.wait().at_most(PATIENCE);
        let found = waiting.for_element(Locator::Css(css)).await;
        let error = match found {
            Ok(element) => return element,
            Err(error) => error,
        };
        let page = self.source().await;
        panic!("no {css}: {error}; the page is {page}");
    }

    pub(crate) async fn has(&self, css: &str) -> bool {
        let found = self.client.find_all(Locator::Css(css)).await;
        !found.expect("it can be looked for").is_empty()
    }

    pub(crate) async fn fill(&self, css: &str, text: &str) {
        let field = self.element(css).await;
        field.clear().await.expect("it can be emptied");
        field.send_keys(text).await.expect("it takes text");
    }

    pub(crate) async fn click(&self, css: &str) {
        let element = self.element(css).await;
        let clicked = element.click().await;
        clicked.unwrap_or_else(|error| panic!("{css} cannot be clicked: {error}"));
    }

    /// Agrees to what a dialog asks; without script there is none.
    pub(crate) async fn agree(&self) {
        tokio::time::sleep(Duration::from_millis(300)).await;
        if self.has("dialog[open]").await {
            self.click("dialog[open] .danger, dialog[open] .primary")
                .await;
        }
    }

    /// Has the file chosen in a field.
    pub(crate) async fn choose(&self, css: &str, path: &Path) {
        let field = self.element(css).await;
        let path = path.to_str().expect("the path is text");
        field.send_keys(path).await.expect("it takes a file");
    }

    pub(crate) async fn run(&self, script: &str, values: Vec<Value>) -> Value {
        let result = self.client.execute(script, values).await;
        result.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs a script that calls its last argument with the result.
    pub(crate) async fn run_to_end(&self, script: &str, values: Vec<Value>) -> Value {
        let result = self.client.execute_async(script, values).await;
        result.unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) async fn source(&self) -> String {
        self.client.source().await.expect("a page")
    }

    /// A cookie's value, which scripts may not read.
    pub(crate) async fn cookie(&self, name: &str) -> String {
        let cookie = self.client.get_named_cookie(name).await;
        cookie.expect("the cookie is there").value().to_owned()
    }

    pub(crate) async fn picture(&self) -> Vec<u8> {
        self.client.screenshot().await.expect("a picture")
    }

    /// A command of the DevTools protocol, for what WebDriver has no word for.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) {
        let id = self.client.session_id().await.expect("a session");
        let id = id.expect("a session");
        let url = format!("{}/session/{id}/goog/cdp/execute", self.driver_url);
        let body = json!({ "cmd": command, "params": parameters });
        let answer = reqwest::Client::new().post(url).json(&body).send().await;
        let answer = answer.and_then(reqwest::Response::error_for_status);
        answer.unwrap_or_else(|error| panic!("{command}: {error}"));
    }

    pub(crate) async fn end(self) {
        // The driver ends the browser with its session; the process is ended whatever that says.
        let closed = self.client.close().await;
        self.driver.stop(Duration::from_secs(10)).await;
        closed.expect("the browser ends");
    }
}

fn capabilities(chromium: &Path, profile: &Path, scripts: Scripts) -> Map<String, Value> {
    let mut options = json!({
        "binary": chromium,
        "args": [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--no-first-run",
            format!("--user-data-dir={}", profile.display()),
        ],
    });
    if scripts == Scripts::Off {
        let blocked = json!({ "profile.managed_default_content_settings.javascript": 2 });
        options["prefs"] = blocked;
    }
    let mut capabilities = Map::new();
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    capabilities
}

fn program(name: &str) -> PathBuf {
    let path = environment::variable("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).map(|folder| folder.join(name));
    let found = places.find(|place| place.is_file());
    found.unwrap_or_else(|| panic!("there is no {name} here; {NEEDED}"))
}
