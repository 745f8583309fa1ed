//! What is looked for in the XML of a part.

use crate::document::archive::Entry;
use crate::document::flag::Flag;
use crate::document::kind::Kind;
use crate::document::package::Package;
use crate::document::part_name;
use crate::document::reason::Reason;
use crate::document::steps::{Step, Steps};
use crate::document::stop::Stop;
use crate::document::watch::Watch;
use crate::document::xml::{Element, Visitor};

use super::branches::Branches;
use super::connection;
use super::fields::Fields;
use super::formula::Formula;

/// The part that names the producer.
const PROPERTIES_KEY: &str = "docprops/app.xml";
const MAX_PRODUCER_CHARS: usize = 80;

/// Watches one part go by.
pub(super) struct PartVisitor<'v, 'w> {
    watch: &'v mut Watch<'w>,
    steps: &'v Steps,
    entry: &'v Entry,
    /// The kind whose root element is expected, in the main part.
    expected: Option<Kind>,
    is_properties: bool,
    fields: Fields,
    branches: Branches,
    /// Whether an element is in the midst of an instruction or formula: programs may leave it out.
    is_torn: bool,
    /// The formula that goes by, in a workbook.
    formula: Formula,
    is_workbook: bool,
    /// Whether the formula is of a kind that has no elements in it.
    is_of_cell: bool,
    /// Whether the root says that the part is a workbook's connections.
    is_connections: bool,
    text_of: TextOf,
    application: String,
    version: String,
}

/// The element whose text goes by, where that is of interest.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TextOf {
    Nothing,
    Instruction,
    Run,
    Formula,
    Application,
    Version,
}

impl<'v, 'w> PartVisitor<'v, 'w> {
    pub(super) fn new(
        entry: &'v Entry,
        package: &Package,
        watch: &'v mut Watch<'w>,
        steps: &'v Steps,
    ) -> Self {
        Self {
            watch,
            steps,
            entry,
            expected: (entry.key == package.main.key).then_some(package.main.kind),
            is_properties: entry.key == PROPERTIES_KEY,
            fields: Fields::default(),
            branches: Branches::default(),
            is_torn: false,
            formula: Formula::default(),
            is_workbook: package.main.kind == Kind::Xlsx,
            is_of_cell: false,
            is_connections: false,
            text_of: TextOf::Nothing,
            application: String::new(),
            version: String::new(),
        }
    }

    /// Concludes what needs the whole part.
    pub(super) fn finish(self) {
        if self.fields.found_dde() {
            self.watch.observe(Flag::DdeLink, "", || {
                format!("field in {}", self.entry.quoted())
            });
        }
        if self.is_torn || self.fields.is_ambiguous() {
            self.watch.observe(Flag::DdeLink, "", || {
                format!(
                    "field or formula that is another one to other programs in {}",
                    self.entry.quoted()
                )
            });
        }
        if let Some(host) = self.fields.remote() {
            self.watch.observe(Flag::RemoteField, &host, || {
                format!("field in {}", self.entry.quoted())
            });
        }
        if self.is_properties && !self.application.trim().is_empty() {
            let producer = format!("{} {}", self.application.trim(), self.version.trim());
            let printable = producer
                .trim()
                .chars()
                .filter(|&c| !part_name::is_unseen(c));
            self.watch.facts.producer = Some(printable.take(MAX_PRODUCER_CHARS).collect());
        }
    }

    /// The root element of the main part must be what the content type says.
    fn check_root(&mut self, element: &Element<'_>, kind: Kind) -> Result<(), Stop> {
        let (local, schema) = match kind {
            Kind::Docx => ("document", "wordprocessingml"),
            Kind::Pptx => ("presentation", "presentationml"),
            Kind::Xlsx => ("workbook", "spreadsheetml"),
        };
        let strict = element
            .namespace
            .strip_prefix("http://purl.oclc.org/ooxml/")
            == Some(&format!("{schema}/main"));
        let transitional =
            element.namespace == format!("http://schemas.openxmlformats.org/{schema}/2006/main");
        if element.local != local || !(strict || transitional) {
            let detail = format!(
                "root {:?} in {:?}",
                clip(element.local),
                clip(element.namespace)
            );
            return Err(Stop::reject(Reason::KindMismatch, detail));
        }
        self.watch.facts.strict = strict;
        Ok(())
    }

    /// What the root element says of any part but the main one.
    fn check_side_root(&mut self, element: &Element<'_>) -> Result<(), Stop> {
        if matches!(element.local, "macrosheet" | "intlMacrosheet") {
            return Err(Stop::reject(
                Reason::MacroEnabled,
                "macro sheet by its root element",
            ));
        }
        self.is_connections = element.local == "connections";
        Ok(())
    }

    /// Click actions that run a macro or a program.
    fn check_actions(&mut self, element: &Element<'_>) {
        for attribute in element
            .attributes()
            .filter(|attribute| attribute.local == "action")
        {
            let action = attribute.value().trim().to_ascii_lowercase();
            if action.starts_with("ppaction://program") || action.starts_with("ppaction://macro") {
                self.watch.observe(Flag::MacroCallback, "", || {
                    format!("action in {}", self.entry.quoted())
                });
            }
        }
    }

    /// Field characters and simple fields.
    fn follow_field(&mut self, element: &Element<'_>) -> Result<(), Stop> {
        for attribute in element.attributes() {
            match (element.local, attribute.local) {
                ("fldSimple", "instr") => self.fields.simple(&attribute.value()),
                ("fldChar", "fldCharType") => {
                    let marked = self.fields.mark(attribute.value().trim());
                    marked.map_err(|_| Stop::reject(Reason::XmlLimits, "too many open fields"))?;
                }
                _ => {}
            }
        }
        let examined = self.fields.take_examined();
        self.steps.count(Step::Relationship, examined)
    }
}

impl Visitor for PartVisitor<'_, '_> {
    fn start(&mut self, element: &Element<'_>) -> Result<(), Stop> {
        if element.is_root() {
            match self.expected {
                Some(kind) => self.check_root(element, kind)?,
                None => self.check_side_root(element)?,
            }
        }
        if self.is_connections
            && let Some(source) = connection::source(element)
        {
            self.watch.observe(Flag::ExternalConnection, &source, || {
                format!("connection in {}", self.entry.quoted())
            });
        }
        self.is_torn |= match self.text_of {
            TextOf::Instruction => true,
            TextOf::Run => self.fields.open_count() > 1,
            TextOf::Formula => self.is_of_cell,
            _ => false,
        };
        if self.branches.enter(element) {
            self.fields.enter_branch();
        }
        self.text_of = match element.local {
            "instrText" => TextOf::Instruction,
            "f"
            | "formula"
            | "formula1"
            | "formula2"
            | "definedName"
            | "calculatedColumnFormula"
            | "totalsRowFormula"
                if self.is_workbook =>
            {
                self.formula = Formula::default();
                self.is_of_cell = is_plain_formula(element.namespace);
                TextOf::Formula
            }
            "t" => TextOf::Run,
            "Application" if self.is_properties => TextOf::Application,
            "AppVersion" if self.is_properties => TextOf::Version,
            _ => TextOf::Nothing,
        };
        match element.local {
            "fldChar" | "fldSimple" => self.follow_field(element)?,
            "ddeLink" => self.watch.observe(Flag::DdeLink, "", || {
                format!("link in {}", self.entry.quoted())
            }),
            "customUI"
                if element
                    .attributes()
                    .any(|attribute| attribute.local == "onLoad") =>
            {
                self.watch.observe(Flag::MacroCallback, "", || {
                    format!("onLoad in {}", self.entry.quoted())
                });
            }
            _ => {}
        }
        if element.local.starts_with("hlink") {
            self.check_actions(element);
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        match self.text_of {
            TextOf::Nothing => {}
            TextOf::Instruction => self.fields.instruction(text),
            TextOf::Run => self.fields.text(text),
            TextOf::Formula => self.formula.read(text),
            TextOf::Application => self
                .application
                .extend(text.chars().take(MAX_PRODUCER_CHARS)),
            TextOf::Version => self.version.extend(text.chars().take(MAX_PRODUCER_CHARS)),
        }
    }

    fn end(&mut self) {
        if self.text_of == TextOf::Formula && self.formula.is_dde() {
            self.watch.observe(Flag::DdeLink, "", || {
                format!("formula in {}", self.entry.quoted())
            });
        }
        self.text_of = TextOf::Nothing;
        if self.branches.leave() {
            self.fields.leave_branch();
        }
    }
}

/// Whether a formula in this namespace is plain text.
fn is_plain_formula(namespace: &str) -> bool {
    namespace.starts_with("http://schemas.openxmlformats.org/spreadsheetml/")
        || namespace.starts_with("http://purl.oclc.org/ooxml/spreadsheetml/")
        || namespace == "http://schemas.microsoft.com/office/excel/2006/main"
}

fn clip(text: &str) -> String {
    text.chars().take(80).collect()
}
