//! Findings that a policy decides about.

use super::facts::Facts;
use super::flag::Flag;
use super::policy::{Action, Policy};
use super::reason::Reason;
use super::stop::{Findings, Stop};

/// Takes findings as they turn up: flags some, keeps the grounds for rejection for the end.
pub(super) struct Watch<'a> {
    policy: &'a Policy,
    pub(super) facts: &'a mut Facts,
    grounds: Findings,
}

impl<'a> Watch<'a> {
    pub(super) fn new(policy: &'a Policy, facts: &'a mut Facts) -> Self {
        Self {
            policy,
            facts,
            grounds: Findings::default(),
        }
    }

    /// Takes a finding; `host` names another computer where one is involved.
    pub(super) fn observe(&mut self, flag: Flag, host: &str, detail: impl FnOnce() -> String) {
        match self.policy.action(flag) {
            Action::Allow => {}
            Action::Flag => self.facts.flag(flag),
            Action::Reject => self.grounds.note(ground(flag, host), detail),
        }
    }

    /// Takes a finding that rejects in this very stage, by its own precedence.
    pub(super) fn observe_now(
        &mut self,
        flag: Flag,
        findings: &mut Findings,
        detail: impl FnOnce() -> String,
    ) {
        match self.policy.action(flag) {
            Action::Allow => {}
            Action::Flag => self.facts.flag(flag),
            Action::Reject => findings.note(ground(flag, ""), detail),
        }
    }

    /// Adds the policy's grounds to the findings of the last stage.
    pub(super) fn conclude(self, findings: &mut Findings) -> Result<(), Stop> {
        findings.absorb(self.grounds.finish())
    }
}

/// The reason to give where the policy rejects a finding.
fn ground(flag: Flag, host: &str) -> Reason {
    match flag {
        Flag::DdeLink => Reason::Dde,
        Flag::MacroCallback => Reason::MacroEnabled,
        Flag::Executable => Reason::EmbeddedExecutable,
        Flag::Template => Reason::Template,
        Flag::EmbeddedObject
        | Flag::EmbeddedDocument
        | Flag::EmbeddedMacroDocument
        | Flag::ActiveX => Reason::EmbeddedObject,
        _ => Reason::ExternalRef {
            host: host.to_owned(),
        },
    }
}
