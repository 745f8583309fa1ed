//! What to do about each finding: a table, not code.

use super::flag::Flag;

/// What a finding leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    Allow,
    /// The document is accepted and the finding recorded.
    Flag,
    /// The document is rejected.
    Reject,
}

/// The action for each finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    name: &'static str,
    table: Vec<(Flag, Action)>,
}

/// What every policy starts from. A finding that is not listed is flagged.
const STANDARD: &[(Flag, Action)] = &[
    (Flag::Hyperlink, Action::Allow),
    (Flag::LocalReference, Action::Flag),
    (Flag::RemoteContent, Action::Reject),
    (Flag::LinkedImage, Action::Flag),
    (Flag::LinkedMedia, Action::Flag),
    (Flag::ExternalWorkbook, Action::Flag),
    (Flag::ExternalReference, Action::Flag),
    (Flag::DdeLink, Action::Reject),
    (Flag::MacroCallback, Action::Reject),
    (Flag::EmbeddedObject, Action::Flag),
    (Flag::EmbeddedDocument, Action::Flag),
    (Flag::EmbeddedMacroDocument, Action::Flag),
    (Flag::ActiveX, Action::Flag),
    (Flag::Executable, Action::Reject),
    (Flag::Template, Action::Reject),
    (Flag::ExtensionMismatch, Action::Flag),
    (Flag::TrailingData, Action::Flag),
    (Flag::AppleDouble, Action::Flag),
    (Flag::ExternalLink, Action::Flag),
    (Flag::RemoteField, Action::Flag),
    (Flag::ExternalConnection, Action::Flag),
    (Flag::AlternativeFormat, Action::Flag),
    (Flag::ForeignObject, Action::Reject),
];

/// Where the strict policy differs from the standard one.
const STRICT: &[(Flag, Action)] = &[
    (Flag::EmbeddedObject, Action::Reject),
    (Flag::EmbeddedMacroDocument, Action::Reject),
    (Flag::ActiveX, Action::Reject),
    (Flag::ExtensionMismatch, Action::Reject),
    (Flag::ExternalLink, Action::Reject),
    (Flag::RemoteField, Action::Reject),
    (Flag::ExternalConnection, Action::Reject),
    (Flag::AlternativeFormat, Action::Reject),
];

impl Policy {
    /// The default: refuses what runs or loads something unasked, flags the rest.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            name: "standard",
            table: STANDARD.to_vec(),
        }
    }

    /// The standard policy, which also refuses embedded objects, `ActiveX` and misleading names.
    #[must_use]
    pub fn strict() -> Self {
        let strict = Self {
            name: "strict",
            ..Self::standard()
        };
        STRICT
            .iter()
            .fold(strict, |policy, &(flag, action)| policy.with(flag, action))
    }

    /// The policy of that name, if there is one.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "standard" => Some(Self::standard()),
            "strict" => Some(Self::strict()),
            _ => None,
        }
    }

    /// The same policy with another action for one finding.
    #[must_use]
    pub fn with(mut self, flag: Flag, action: Action) -> Self {
        self.table.retain(|&(listed, _)| listed != flag);
        self.table.push((flag, action));
        self
    }

    /// The policy's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What to do about a finding.
    #[must_use]
    pub fn action(&self, flag: Flag) -> Action {
        let listed = self.table.iter().find(|&&(listed, _)| listed == flag);
        listed.map_or(Action::Flag, |&(_, action)| action)
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::standard()
    }
}
