//! A section of the runbook, gone through block by block.

use super::page::{Block, Section, section};
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

    /// Sets the keys that this stack has.
    pub(super) fn take_keys_from(&self, stack: &TestStack) {
        self.set("FERNET_KEYS", &stack.secrets().fernet_keys);
        self.set("JWT_KEYS", &stack.secrets().jwt_keys);
    }

    /// Sets a variable of the page.
    pub(super) fn set(&self, name: &str, value: &str) {
        self.shell.set(name, value);
    }

    /// Runs the next commands, which `words` are in, and returns what they said.
    pub(super) async fn step(&mut self, words: &str) -> String {
        let said = self.shell.run(self.next(words)).await;
        self.done += 1;
        said
    }

    /// Runs the next commands, which `words` are in, in a situation in which they fail, and stays before
    /// them; returns what they said.
    pub(super) async fn refused(&self, words: &str) -> String {
        self.shell.refused(self.next(words)).await
    }

    fn next(&self, words: &str) -> &Block {
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
        block
    }

    /// Checks that nothing of the section was left out.
    pub(super) fn end(self) {
        let left = &self.section.blocks[self.done..];
        assert!(left.is_empty(), "not tried: {left:#?}");
    }
}
