//! The fixtures are what their README says.

use std::fs;
use std::path::Path;

use super::{code, verdict};

#[test]
fn every_fixture_gets_the_verdict_its_readme_promises() {
    let promised = [
        ("report.docx", "docx"),
        ("large-report.docx", "docx"),
        ("slides.pptx", "pptx"),
        ("figures.xlsx", "xlsx"),
        ("renamed-archive.docx", "NOT_OPC"),
        ("macros.docm", "MACRO_ENABLED"),
        ("macros-renamed.docx", "MACRO_ENABLED"),
    ];
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures"));
    let readme = fs::read_to_string(folder.join("README.md")).expect("the fixtures have a README");
    for (name, expected) in promised {
        let bytes = fs::read(folder.join(name)).expect("the fixture exists");
        assert_eq!(code(&verdict(&bytes)), expected, "{name}");
        assert!(
            readme.contains(&format!("`{name}`")),
            "{name} is in the README"
        );
    }
    let files = fs::read_dir(folder).expect("the fixtures exist").count();
    assert_eq!(files, promised.len() + 1, "every fixture is listed here");
}
