//! A small package of each kind, to be extended or spoilt.

use dossier_worker::document::Kind;

use super::archive::{Archive, Entry};

const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const MAIN_TYPE: &str = "application/vnd.openxmlformats-officedocument";

/// A package as lists of what it declares; content types and relationships are written from them.
#[derive(Clone, Debug)]
pub(crate) struct Opc {
    defaults: Vec<(String, String)>,
    overrides: Vec<(String, String)>,
    /// Relationships: the part they belong to (empty for the package), type, target, mode.
    relationships: Vec<(String, String, String, &'static str)>,
    parts: Vec<(String, Vec<u8>)>,
    main: &'static str,
}

impl Opc {
    /// The smallest package of that kind.
    pub(crate) fn of(kind: Kind) -> Self {
        let (main, content_type, root) = match kind {
            Kind::Docx => (
                "word/document.xml",
                "wordprocessingml.document",
                "w:document",
            ),
            Kind::Pptx => (
                "ppt/presentation.xml",
                "presentationml.presentation",
                "p:presentation",
            ),
            Kind::Xlsx => ("xl/workbook.xml", "spreadsheetml.sheet", "x:workbook"),
        };
        let (prefix, _) = root.split_once(':').expect("roots have a prefix");
        let schema = content_type.split('.').next().expect("types have a schema");
        let namespace = format!("http://schemas.openxmlformats.org/{schema}/2006/main");
        let mut package = Self {
            defaults: Vec::new(),
            overrides: Vec::new(),
            relationships: Vec::new(),
            parts: Vec::new(),
            main,
        };
        package = package
            .default(
                "rels",
                "application/vnd.openxmlformats-package.relationships+xml",
            )
            .default("xml", "application/xml")
            .declare(main, &format!("{MAIN_TYPE}.{content_type}.main+xml"))
            .relate("", "officeDocument", main);
        package.part(main, format!("<{root} xmlns:{prefix}=\"{namespace}\"/>"))
    }

    /// The smallest Word document.
    pub(crate) fn docx() -> Self {
        Self::of(Kind::Docx)
    }

    /// The smallest workbook.
    pub(crate) fn xlsx() -> Self {
        Self::of(Kind::Xlsx)
    }

    /// The smallest presentation.
    pub(crate) fn pptx() -> Self {
        Self::of(Kind::Pptx)
    }

    /// A Word document with this in its main part.
    pub(crate) fn docx_with(body: &str) -> Self {
        let namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
        Self::docx().main(format!(
            "<w:document xmlns:w=\"{namespace}\"><w:body>{body}</w:body></w:document>"
        ))
    }

    /// Adds a part, or replaces it.
    pub(crate) fn part(mut self, name: &str, content: impl Into<Vec<u8>>) -> Self {
        self.parts.retain(|(existing, _)| existing != name);
        self.parts.push((name.to_owned(), content.into()));
        self
    }

    /// Replaces the main part.
    pub(crate) fn main(self, content: impl Into<Vec<u8>>) -> Self {
        let main = self.main;
        self.part(main, content)
    }

    /// Declares a content type by extension.
    pub(crate) fn default(mut self, extension: &str, content_type: &str) -> Self {
        self.defaults
            .push((extension.to_owned(), content_type.to_owned()));
        self
    }

    /// Declares the content type of one part; a second declaration stands beside the first.
    pub(crate) fn declare(mut self, name: &str, content_type: &str) -> Self {
        self.overrides
            .push((format!("/{name}"), content_type.to_owned()));
        self
    }

    /// Declares another content type for the main part.
    pub(crate) fn main_type(mut self, content_type: &str) -> Self {
        let name = format!("/{}", self.main);
        self.overrides.retain(|(existing, _)| *existing != name);
        self.overrides.push((name, content_type.to_owned()));
        self
    }

    /// Adds a relationship to a part; `kind` is a whole type or the last segment of an Office one.
    pub(crate) fn relate(self, source: &str, kind: &str, target: &str) -> Self {
        self.relationship(source, kind, target, "Internal")
    }

    /// Adds a relationship of the main part to something outside the package.
    pub(crate) fn relate_outside(self, kind: &str, target: &str) -> Self {
        let main = self.main;
        self.relationship(main, kind, target, "External")
    }

    /// Adds a relationship.
    pub(crate) fn relationship(
        mut self,
        source: &str,
        kind: &str,
        target: &str,
        mode: &'static str,
    ) -> Self {
        let kind = if kind.contains(':') {
            kind.to_owned()
        } else {
            format!("{OFFICE}/{kind}")
        };
        self.relationships
            .push((source.to_owned(), kind, target.to_owned(), mode));
        self
    }

    /// Forgets the package's own relationships.
    pub(crate) fn without_package_relationships(mut self) -> Self {
        self.relationships.retain(|(source, ..)| !source.is_empty());
        self
    }

    /// The archive, to be spoilt further.
    pub(crate) fn archive(&self) -> Archive {
        let mut entries = vec![Entry::deflated(
            "[Content_Types].xml",
            self.content_types().as_bytes(),
        )];
        let mut sources: Vec<&str> = self
            .relationships
            .iter()
            .map(|(source, ..)| source.as_str())
            .collect();
        sources.sort_unstable();
        sources.dedup();
        for source in sources {
            let (folder, name) = source
                .rsplit_once('/')
                .map_or((String::new(), source), |(folder, name)| {
                    (format!("{folder}/"), name)
                });
            let rels = self.relationships_of(source);
            entries.push(Entry::deflated(
                &format!("{folder}_rels/{name}.rels"),
                rels.as_bytes(),
            ));
        }
        entries.extend(
            self.parts
                .iter()
                .map(|(name, content)| Entry::deflated(name, content)),
        );
        Archive {
            entries,
            ..Archive::default()
        }
    }

    /// The file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.archive().bytes()
    }

    fn content_types(&self) -> String {
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Types xmlns=\"{PACKAGE}/content-types\">"
        );
        for (extension, content_type) in &self.defaults {
            xml += &format!("<Default Extension=\"{extension}\" ContentType=\"{content_type}\"/>");
        }
        for (name, content_type) in &self.overrides {
            xml += &format!("<Override PartName=\"{name}\" ContentType=\"{content_type}\"/>");
        }
        xml + "</Types>"
    }

    fn relationships_of(&self, source: &str) -> String {
        let mut xml = format!("<Relationships xmlns=\"{PACKAGE}/relationships\">");
        let own = self
            .relationships
            .iter()
            .filter(|(owner, ..)| owner == source);
        for (index, (_, kind, target, mode)) in own.enumerate() {
            let target = target.replace('&', "&amp;").replace('"', "&quot;");
            xml += &format!(
                "<Relationship Id=\"rId{index}\" Type=\"{kind}\" Target=\"{target}\" TargetMode=\"{mode}\"/>"
            );
        }
        xml + "</Relationships>"
    }
}
