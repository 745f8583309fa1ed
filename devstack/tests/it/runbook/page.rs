//! `docs/RUNBOOK.md`, taken apart into what is run and what is not.

use dossier_devstack::environment;

const PAGE: &str = "docs/RUNBOOK.md";

/// Commands that are run, and what they say.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// The line of the page on which it begins.
    pub(super) line: usize,
    pub(super) script: String,
    /// Words that stand in lines of what they say.
    pub(super) expected: Vec<String>,
    /// Whether they are expected to fail.
    pub(super) fails: bool,
    /// Whether they are run again until they say what is expected.
    pub(super) until: bool,
}

/// All below one heading of the second level.
#[derive(Debug, Clone, Default)]
pub(super) struct Section {
    pub(super) title: String,
    /// What a shell runs.
    pub(super) blocks: Vec<Block>,
    /// What is marked as not tried: the first line of each block.
    pub(super) untried: Vec<String>,
}

/// A block between two fences, of whatever kind; in a list it is indented.
struct Fenced<'a> {
    line: usize,
    indent: usize,
    info: Vec<&'a str>,
    lines: Vec<&'a str>,
}

/// The sections of the page, those without commands too.
pub(super) fn sections() -> Vec<Section> {
    let path = environment::checkout().join(PAGE);
    let text = std::fs::read_to_string(&path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    read(&text)
}

/// The section with this heading.
pub(super) fn section(title: &str) -> Section {
    let mut all = sections().into_iter();
    let found = all.find(|section| section.title == title);
    found.unwrap_or_else(|| panic!("{PAGE} has no section \"{title}\""))
}

fn read(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut open: Option<Fenced<'_>> = None;
    for (index, line) in text.lines().enumerate() {
        let text = line.trim_start();
        match (open.take(), text.strip_prefix("```")) {
            (Some(block), Some("")) => add(&mut sections, &block),
            (Some(mut block), _) => {
                block.lines.push(line.get(block.indent..).unwrap_or(text));
                open = Some(block);
            }
            (None, Some(info)) => {
                open = Some(Fenced {
                    line: index + 1,
                    indent: line.len() - text.len(),
                    info: info.split_whitespace().collect(),
                    lines: Vec::new(),
                });
            }
            (None, None) => {
                if let Some(title) = line.strip_prefix("## ") {
                    sections.push(Section {
                        title: title.to_owned(),
                        ..Section::default()
                    });
                }
            }
        }
    }
    assert!(open.is_none(), "the last block of {PAGE} does not end");
    sections
}

fn add(sections: &mut [Section], block: &Fenced<'_>) {
    let section = sections.last_mut().expect("a heading comes first");
    let lines = block.lines.iter().map(|line| (*line).to_owned());
    match block.info.first().copied().unwrap_or_default() {
        "sh" => section.blocks.push(Block {
            line: block.line,
            script: block.lines.join("\n"),
            expected: Vec::new(),
            fails: block.info.contains(&"fails"),
            until: block.info.contains(&"until"),
        }),
        "text" => {
            let said_by = section.blocks.last_mut().expect("commands come first");
            said_by.expected.extend(lines);
        }
        "console" => section.untried.extend(lines.take(1)),
        other => panic!("{PAGE}:{}: what is a block of {other:?}?", block.line),
    }
}

#[test]
fn commands_what_they_say_and_what_is_not_tried_are_told_apart() {
    let page = "# Page\n## One\n  ```sh until\n  a\n    b\n  ```\nand\n\n```text\nx … y\n```\n## Two\n```sh fails\nc\n\
                ```\n```console\n$ d\n$ e\n```\n";
    let sections = read(page);
    let titles: Vec<&str> = sections.iter().map(|it| it.title.as_str()).collect();
    assert_eq!(titles, ["One", "Two"]);
    let block = &sections[0].blocks[0];
    assert_eq!((block.line, block.script.as_str()), (3, "a\n  b"));
    assert_eq!(block.expected, ["x … y"]);
    assert!(block.until && !block.fails);
    assert!(sections[1].blocks[0].fails);
    assert_eq!(sections[1].untried, ["$ d"]);
}
