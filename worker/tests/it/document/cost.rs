//! No file takes long, and the verdict on one that would says which budget it exhausted.

use std::io;

use dossier_worker::document::{Cancel, Limits, Policy, Source, Verdict, inspect};

use super::builder::{Entry, Opc};
use super::{code, verdict};

/// The verdict where so many steps are allowed.
fn within(steps: u64, bytes: &[u8]) -> Verdict {
    let limits = Limits {
        steps,
        ..Limits::default()
    };
    let verdict = inspect(&mut &*bytes, &limits, &Policy::standard(), &Cancel::new());
    verdict.expect("bytes in memory can be read")
}

fn detail(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Accepted(_) => "",
        Verdict::Rejected(rejected) => &rejected.detail,
    }
}

fn steps(bytes: &[u8]) -> u64 {
    verdict(bytes).facts().steps
}

fn side_part(xml: String) -> Vec<u8> {
    Opc::docx().part("word/a.xml", xml).bytes()
}

#[test]
fn an_exhausted_budget_is_named() {
    let elements = format!("<a>{}</a>", "<b/>".repeat(200_000));
    let attributes = format!(
        "<a>{}</a>",
        "<b c='' d='' e='' f='' g='' h='' i='' j='' k=''/>".repeat(20_000)
    );
    let declarations = format!("<a>{}</a>", "<b xmlns:c='d' xmlns:e='f'/>".repeat(20_000));
    let cases = [
        (side_part(elements), "XML_LIMITS", "tags"),
        (side_part(attributes), "XML_LIMITS", "attributes"),
        (
            side_part(declarations),
            "XML_LIMITS",
            "namespace declarations",
        ),
        (
            Opc::docx()
                .default("bin", "image/png")
                .part("word/a.bin", vec![0; 8_000_000])
                .bytes(),
            "ZIP_BOMB",
            "inflated bytes",
        ),
    ];
    for (bytes, reason, budget) in cases {
        let found = within(4_000_000, &bytes);
        assert_eq!(code(&found), reason, "{budget}: {found:?}");
        let named = format!("budget of steps exhausted by {budget}");
        assert!(detail(&found).contains(&named), "{}", detail(&found));
        assert_eq!(code(&verdict(&bytes)), "docx", "{budget}");
    }
}

#[test]
fn a_dense_sheet_of_70_megabytes_is_accepted() {
    let mut sheet = String::from(
        "<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>",
    );
    for row in 0.. {
        if sheet.len() > 70_000_000 {
            break;
        }
        sheet += &format!("<row r=\"{row}\">");
        for column in ["A", "B", "C", "D", "E", "F", "G", "H"] {
            sheet += &format!("<c r=\"{column}{row}\"><v>{}</v></c>", row % 97);
        }
        sheet += "</row>";
    }
    sheet += "</sheetData></worksheet>";
    let bytes = Opc::xlsx().part("xl/worksheets/a.xml", sheet).bytes();
    let found = verdict(&bytes);
    assert_eq!(code(&found), "xlsx", "{}", detail(&found));
}

#[test]
fn what_a_quote_stands_for_is_counted() {
    let field = |instruction: &str| {
        format!(
            "<a><fldChar fldCharType='begin'/><instrText>{instruction}</instrText><fldChar \
             fldCharType='end'/></a>"
        )
    };
    let words = "68 ".repeat(600);
    let quoted = steps(&side_part(field(&format!("QUOTE {words}"))));
    let other = steps(&side_part(field(&words)));
    assert!(quoted > other + 10_000, "{quoted} and {other}");
}

#[test]
fn many_relationships_are_counted() {
    let namespace = "http://schemas.openxmlformats.org/package/2006/relationships";
    let xml = format!(
        "<Relationships xmlns=\"{namespace}\">{}</Relationships>",
        "<Relationship/>".repeat(1_000_000)
    );
    let bytes = Opc::docx()
        .part("word/_rels/document.xml.rels", xml)
        .bytes();
    assert_eq!(code(&verdict(&bytes)), "XML_LIMITS");
}

#[test]
fn many_prefixes_cost_no_more_than_few() {
    // These meet in one place of any table whose order is known from outside.
    let prefixes: Vec<String> = (0..1_000)
        .map(|number| format!("p{:0>9}", number * 64))
        .collect();
    let declarations: String = prefixes
        .iter()
        .map(|prefix| format!(" xmlns:{prefix}='urn:{prefix}'"))
        .collect();
    let one = format!("<{0}:b/>", prefixes[0]).repeat(20_000);
    let last = format!("<{0}:b/>", prefixes[999]).repeat(20_000);
    // More attributes than an element may have, so they are declared on several levels.
    let mut open = String::new();
    let mut close = String::new();
    for chunk in declarations
        .split_inclusive("' ")
        .collect::<Vec<_>>()
        .chunks(400)
    {
        open += &format!("<a {}>", chunk.concat());
        close += "</a>";
    }
    let cost = |content: &str| steps(&side_part(format!("{open}{content}{close}")));
    assert_eq!(cost(&one), cost(&last));
}

#[test]
fn prefixes_repeated_on_every_level_are_accepted() {
    let declarations: String = (0..40)
        .map(|number| format!(" xmlns:p{number}='http://schemas.example/{number}'"))
        .collect();
    let level = format!("<p1:a{declarations}>");
    let xml = format!("{}{}", level.repeat(100), "</p1:a>".repeat(100));
    assert_eq!(code(&verdict(&side_part(xml))), "docx");
}

#[test]
fn prefixes_mean_what_the_innermost_declaration_says() {
    let with = |xml: &str| code(&verdict(&side_part(xml.to_owned())));
    // Two prefixes for one namespace make one name of two.
    assert_eq!(
        with("<a xmlns:p='u' xmlns:q='u' p:x='' q:x=''/>"),
        "XML_MALFORMED"
    );
    assert_eq!(with("<a xmlns:p='u' xmlns:q='v' p:x='' q:x=''/>"), "docx");
    assert_eq!(
        with("<a xmlns:p='u'><b xmlns:q='u' p:x='' q:x=''/></a>"),
        "XML_MALFORMED"
    );
    assert_eq!(
        with("<a xmlns:p='u'><b xmlns:p='v'/><c xmlns:q='v' p:x='' q:x=''/></a>"),
        "docx"
    );
    assert_eq!(with("<a><b xmlns:p='u'/><p:c/></a>"), "XML_MALFORMED");
    assert_eq!(with("<a xmlns:p='u' xmlns:p='u'/>"), "XML_MALFORMED");
}

#[test]
fn different_prefixes_are_limited() {
    let many = |count: usize| {
        (0..count)
            .map(|number| format!("<a xmlns:p{number}='u{number}'/>"))
            .collect::<String>()
    };
    assert_eq!(
        code(&verdict(&side_part(format!("<a>{}</a>", many(900))))),
        "docx"
    );
    assert_eq!(
        code(&verdict(&side_part(format!("<a>{}</a>", many(1_100))))),
        "XML_LIMITS"
    );
}

#[test]
fn targets_are_limited() {
    for target in [
        "a/".repeat(40_000),
        "a".repeat(70_000),
        "../".repeat(30_000),
    ] {
        let bytes = Opc::docx()
            .relate("word/document.xml", "image", &target)
            .bytes();
        assert_eq!(code(&verdict(&bytes)), "XML_LIMITS");
    }
    let longest = "a/".repeat(32_000);
    let bytes = Opc::docx()
        .relate("word/document.xml", "image", &longest)
        .bytes();
    assert_eq!(code(&verdict(&bytes)), "docx");
}

#[test]
fn content_types_are_limited() {
    let bytes = Opc::docx().default("abc", &"x".repeat(2_000)).bytes();
    assert_eq!(code(&verdict(&bytes)), "XML_LIMITS");
}

#[test]
fn names_are_limited_in_sum() {
    let mut archive = Opc::docx().archive();
    let name = "a".repeat(1_000);
    archive.entries.extend(
        (0..3_000).map(|number| Entry::stored(&format!("word/{number}{name}.xml"), b"<a/>")),
    );
    assert_eq!(code(&verdict(&archive.bytes())), "ZIP_BOMB");
}

/// Counts how often it is read elsewhere than where the last read ended.
struct Counting<'a> {
    bytes: &'a [u8],
    next: u64,
    jumps: u32,
    read: u64,
}

impl Source for Counting<'_> {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let count = (&mut &*self.bytes).read_at(offset, buf)?;
        self.jumps += u32::from(offset != self.next);
        self.next = offset + count as u64;
        self.read += count as u64;
        Ok(count)
    }
}

fn reads(bytes: &[u8]) -> (&'static str, u32, u64) {
    let mut source = Counting {
        bytes,
        next: 0,
        jumps: 0,
        read: 0,
    };
    let verdict = inspect(
        &mut source,
        &Limits::default(),
        &Policy::standard(),
        &Cancel::new(),
    );
    (
        code(&verdict.expect("bytes in memory can be read")),
        source.jumps,
        source.read,
    )
}

/// A compound file of 16 MiB whose directory goes to and fro between its ends.
fn far_directory(sectors: u32) -> Vec<u8> {
    let total = 32_768_u32;
    let mut bytes = vec![0; 512 * (total as usize + 1)];
    bytes[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    bytes[30] = 9;
    // The allocation table: sectors 0 to 108.
    for place in 0..109_usize {
        bytes[76 + 4 * place..80 + 4 * place].copy_from_slice(&(place as u32).to_le_bytes());
    }
    let of = |step: u32| {
        if step.is_multiple_of(2) {
            200 + step
        } else {
            13_900 - step
        }
    };
    bytes[48..52].copy_from_slice(&of(0).to_le_bytes());
    for step in 0..sectors {
        let (here, next) = (of(step) as usize, of((step + 1) % sectors));
        let at = 512 * (1 + here / 128) + 4 * (here % 128);
        bytes[at..at + 4].copy_from_slice(&next.to_le_bytes());
    }
    bytes
}

#[test]
fn a_directory_that_goes_to_and_fro_is_left() {
    for sectors in [2, 3, 1_000, 4_000] {
        let bytes = far_directory(sectors);
        let (code, jumps, read) = reads(&bytes);
        assert_eq!(code, "LEGACY_OFFICE");
        assert!(jumps < 200, "{sectors}: {jumps} far reads");
        assert!(
            read < 2 * bytes.len() as u64,
            "{sectors}: {read} bytes read"
        );
    }
}

#[test]
fn an_archive_is_read_in_order() {
    let mut archive = Opc::docx().default("bin", "image/png").archive();
    let noise = |seed: u32| -> Vec<u8> {
        let mix = |n: u32| n.wrapping_mul(2_654_435_761).rotate_left(seed % 31);
        (0..20_000_u32)
            .flat_map(|n| mix(n ^ seed).to_le_bytes())
            .collect()
    };
    archive.entries.extend(
        (0..50).map(|number| Entry::deflated(&format!("word/media/{number}.bin"), &noise(number))),
    );
    archive.reversed_directory = true;
    let bytes = archive.bytes();
    let (code, jumps, read) = reads(&bytes);
    assert_eq!(code, "docx");
    // Once for the headers, of which some share a block, and once for the parts.
    assert!(read < 3 * bytes.len() as u64, "{read} of {}", bytes.len());
    assert!(jumps < 80, "{jumps} far reads");
}
