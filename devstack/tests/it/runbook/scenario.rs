//! A section of the runbook, gone through block by block.

use dossier_devstack::mongod::free_port;

use super::page::{Section, section};
use super::shell::Shell;
use crate::harness::TestStack;

/// A section, and the shell in which its commands are run.
pub(super) struct Scenario {
    section: Section,
    done: usize,
    shell: Shell,
}

impl Scenario {
    /// The section with this heading, on a stack.
    pub(super) async fn on(stack: &TestStack, title: &str) -> Self {
        let scenario = Self {
            section: section(title),
            done: 0,
            shell: Shell::with(&[("MAIL_FROM", "Dossier <noreply@dossier.example>")]).await,
        };
        scenario.take_from(stack);
        scenario
    }

    /// Sets the variables that the page names, as they are for this stack.
    pub(super) fn take_from(&self, stack: &TestStack) {
        let record = stack.record();
        let address = |url: &str| url.trim_start_matches("http://").to_owned();
        let workers = record.workers().filter_map(|it| it.metrics_url.as_deref());
        self.set("MONGODB_URI", &record.mongodb_uri);
        self.set("SMTP_URL", &record.smtp_url);
        self.set("PUBLIC_URL", &record.api_url);
        self.set("API_ADDR", &address(&record.metrics_url));
        self.set("API_PID", &stack.api().pid().to_string());
        if let Some(worker) = workers.map(address).next() {
            self.set("WORKER_ADDR", &worker);
        }
        if let Some(worker) = record.workers().next() {
            self.set("WORKER_PID", &worker.pid.to_string());
        }
    }

    /// Sets a variable of the page.
    pub(super) fn set(&self, name: &str, value: &str) {
        self.shell.set(name, value);
    }

    /// Puts a file into the folder in which the commands run.
    pub(super) fn write(&self, name: &str, content: &str) {
        let file = self.shell.folder().join(name);
        std::fs::write(file, content).expect("it can be written");
    }

    /// The path of a file in that folder.
    pub(super) fn path(&self, name: &str) -> String {
        self.shell.folder().join(name).display().to_string()
    }

    /// Runs the next commands, which `words` are in, and returns what they said.
    pub(super) async fn step(&mut self, words: &str) -> String {
        let title = &self.section.title;
        let Some(block) = self.section.blocks.get(self.done) else {
            panic!("\"{title}\" has no more commands: no {words}");
        };
        assert!(
            block.script.contains(words),
            "line {} of the runbook: the next step of \"{title}\" is not {words}, but {}",
            block.line,
            block.script
        );
        self.done += 1;
        self.shell.run(block).await
    }

    /// Checks that nothing of the section was left out.
    pub(super) fn end(self) {
        let left = &self.section.blocks[self.done..];
        assert!(left.is_empty(), "not tried: {left:#?}");
    }
}

/// An address of this machine on which nobody listens.
pub(super) fn free_address() -> String {
    format!("127.0.0.1:{}", free_port().expect("a free port"))
}
