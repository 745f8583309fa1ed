//! Pieces of parts that are expensive in bulk.

/// A part of a document: its name, what stands before and behind the piece, the piece.
pub(crate) struct Part {
    pub(crate) title: &'static str,
    pub(crate) name: &'static str,
    pub(crate) head: &'static str,
    pub(crate) piece: &'static str,
    pub(crate) tail: &'static str,
    pub(crate) workbook: bool,
}

const fn of(title: &'static str, piece: &'static str) -> Part {
    Part {
        title,
        name: "a.xml",
        head: "<a xmlns:p='u' xmlns:q='v'>",
        piece,
        tail: "</a>",
        workbook: false,
    }
}

/// The dearest pieces of each kind.
pub(crate) const PARTS: [Part; 19] = [
    of("elements", "<b/>"),
    of("elements and text", "x<b></b>"),
    of(
        "attributes",
        "<b c='' d='' e='' f='' g='' h='' i='' j='' k=''/>",
    ),
    of(
        "attributes to be sorted",
        "<b n='' m='' l='' k='' j='' i='' h='' g='' f='' e='' d='' c='' b='' a=''/>",
    ),
    of("prefixes", "<p:b q:c='' p:c=''/>"),
    of("declarations", "<b xmlns:c='d' xmlns:e='f'/>"),
    of("default declarations", "<b xmlns='d'><b xmlns='e'/></b>"),
    of("references", "&#65;"),
    of("comments", "<!---->"),
    of("instructions", "<?b?>"),
    of("character data", "<![CDATA[]]>"),
    of("text beyond ASCII", "\u{20AC}\u{10000}"),
    of("fields", "<fldSimple instr='LINK a \"http://b/\"'/>"),
    Part {
        title: "formulas",
        workbook: true,
        ..of("", "<f>a!b|c</f>")
    },
    Part {
        title: "one attribute",
        head: "<a b='",
        tail: "'/>",
        ..of("", "&lt;xyz ")
    },
    Part {
        title: "relationships",
        name: "_rels/a.xml.rels",
        head: "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>",
        tail: "</Relationships>",
        ..of("", "<Relationship Target='../a/%41' Type='image'/>")
    },
    Part {
        title: "one target",
        name: "_rels/a.xml.rels",
        head: "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Target='",
        tail: "' Type='image'/></Relationships>",
        ..of("", "a/")
    },
    Part {
        title: "rich text",
        name: "d.rtf",
        head: "{\\rtf1 ",
        tail: "}",
        ..of("", "{\\field{\\*\\fldinst LINK \"//a/b\"}{\\fldrslt c}}")
    },
    Part {
        title: "a page",
        name: "d.rtf",
        head: "<html>",
        tail: "</html>",
        ..of("", "<img src='\\\\a\\b'>")
    },
];
