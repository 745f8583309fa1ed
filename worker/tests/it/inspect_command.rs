//! `dossier-worker inspect`, as the real binary has it: the verdict of an upload, at a terminal.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::harness::{PATIENCE, Program};

fn fixture(name: &str) -> String {
    format!("{}/../fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

async fn lines(arguments: &[&str], files: &[String]) -> (i32, Vec<Value>) {
    let mut all = vec!["inspect", "--json"];
    all.extend(arguments);
    all.extend(files.iter().map(String::as_str));
    let (code, said) = Program::bare(&all).run().await;
    let parse = |line: &str| serde_json::from_str(line).expect("each line is JSON");
    (code, said.lines().map(parse).collect())
}

#[tokio::test]
async fn genuine_documents_exit_with_0_and_say_their_kind() {
    let files = ["report.docx", "slides.pptx", "figures.xlsx"].map(fixture);
    let (code, lines) = lines(&[], &files).await;
    assert_eq!(code, 0);
    let kinds: Vec<_> = lines.iter().map(|line| line["kind"].as_str()).collect();
    assert_eq!(kinds, [Some("docx"), Some("pptx"), Some("xlsx")]);
    for (line, path) in lines.iter().zip(&files) {
        assert_eq!(line["path"], Value::from(path.as_str()));
        assert_eq!(line["verdict"], "accept");
        assert_eq!(line["code"], Value::Null);
        assert!(line["inflated_bytes"].as_u64() > Some(0));
        assert!(line["micros"].as_u64() > Some(0));
        assert!(line["flags"].is_array());
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_a_line_and_the_others_go_on_in_the_order_given() {
    let files = [
        "large-report.docx",
        "nowhere.docx",
        "macros.docm",
        "report.docx",
    ]
    .map(fixture);
    let (code, lines) = lines(&[], &files).await;
    assert_eq!(code, 2, "a failure outranks a refusal");
    let verdicts: Vec<_> = lines.iter().map(|line| line["verdict"].as_str()).collect();
    assert_eq!(
        verdicts,
        [
            Some("accept"),
            Some("error"),
            Some("reject"),
            Some("accept")
        ]
    );
    assert_eq!(lines[1]["code"], "INTERNAL");
    assert_eq!(lines[2]["code"], "MACRO_ENABLED");
    assert!(
        lines[2]["message"]
            .as_str()
            .is_some_and(|it| it.contains("macros"))
    );
}

#[tokio::test]
async fn a_strict_policy_holds_a_name_to_its_content() {
    let folder = tempfile::tempdir().expect("a folder");
    let misnamed = folder.path().join("report.xlsx");
    std::fs::copy(fixture("report.docx"), &misnamed).expect("it can be copied");
    let files = [misnamed.to_string_lossy().into_owned()];
    let (code, standard) = lines(&[], &files).await;
    assert_eq!(code, 0);
    assert_eq!(
        standard[0]["flags"],
        serde_json::json!(["extension_mismatch"])
    );
    let (code, strict) = lines(&["--policy", "strict"], &files).await;
    assert_eq!(code, 1);
    assert_eq!(strict[0]["code"], "EXTENSION_MISMATCH");
}

#[tokio::test]
async fn people_get_a_table_and_a_wrong_policy_a_sentence() {
    let report = fixture("report.docx");
    let (code, said) = Program::bare(&["inspect", &report]).run().await;
    assert_eq!(code, 0);
    assert!(
        said.contains("verdict") && said.contains("accept"),
        "{said}"
    );
    let (code, said) = Program::bare(&["inspect", "--policy", "lax", &report])
        .run()
        .await;
    assert_eq!(code, 2);
    assert!(said.contains("must be standard or strict"), "{said}");
}

#[tokio::test]
async fn refused_files_exit_with_1_and_name_the_part() {
    let (code, lines) = lines(&[], &[fixture("macros.docm"), fixture("report.docx")]).await;
    assert_eq!(code, 1);
    assert!(lines[0]["detail"].is_string() || lines[0]["detail"].is_null());
    assert_eq!(lines[1]["detail"], Value::Null);
}

#[tokio::test]
async fn folders_are_inspected_where_that_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("b");
    std::fs::create_dir(&inner).expect("a folder in it");
    for (name, to) in [
        ("report.docx", folder.path().join("a.docx")),
        ("slides.pptx", inner.join("c.pptx")),
        ("figures.xlsx", folder.path().join("d.xlsx")),
    ] {
        std::fs::copy(fixture(name), to).expect("it can be copied");
    }
    let path = [folder.path().to_string_lossy().into_owned()];
    let (code, refused) = lines(&[], &path).await;
    assert_eq!((code, refused.len()), (2, 1));
    assert!(
        refused[0]["message"]
            .as_str()
            .is_some_and(|it| it.contains("--recursive")),
        "{refused:?}"
    );
    let (code, found) = lines(&["--recursive"], &path).await;
    assert_eq!(code, 0);
    let kinds: Vec<_> = found.iter().map(|line| line["kind"].as_str()).collect();
    assert_eq!(kinds, [Some("docx"), Some("pptx"), Some("xlsx")]);
}

#[tokio::test]
async fn devices_are_refused_and_an_empty_pipe_is_an_empty_file() {
    let files = ["/dev/null".to_owned(), "-".to_owned()];
    let (code, found) = lines(&[], &files).await;
    assert_eq!(code, 2);
    assert_eq!(found[0]["verdict"], "error");
    assert!(
        found[0]["message"]
            .as_str()
            .is_some_and(|it| it.contains("device")),
        "{found:?}"
    );
    assert_eq!(found[1]["code"], "EMPTY_FILE");
}

#[tokio::test]
async fn names_are_shown_without_what_steers_a_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = "a\u{1B}[31m\u{202E}xcod.docx";
    let odd = folder.path().join(name);
    std::fs::copy(fixture("report.docx"), &odd).expect("it can be copied");
    let path = odd.to_string_lossy().into_owned();
    let (_, table) = Program::bare(&["inspect", &path]).run().await;
    let (_, json) = Program::bare(&["inspect", "--json", &path]).run().await;
    for said in [&table, &json] {
        assert!(!said.contains(['\u{1B}', '\u{202E}']), "{said:?}");
    }
    let line: Value = serde_json::from_str(json.trim()).expect("the line is JSON");
    assert_eq!(line["path"], Value::from(path));
}

#[tokio::test]
async fn names_that_are_no_text_stay_distinguishable() {
    let folder = tempfile::tempdir().expect("a folder");
    for byte in [0xFE, 0xFF] {
        let name = [b'a', byte];
        let odd = folder.path().join(OsStr::from_bytes(&name));
        std::fs::copy(fixture("report.docx"), odd).expect("it can be copied");
    }
    let path = [folder.path().to_string_lossy().into_owned()];
    let (_, lines) = lines(&["--recursive"], &path).await;
    let bytes: Vec<_> = lines
        .iter()
        .map(|line| line["path_bytes"].as_str())
        .collect();
    let ends = |place: usize, end| bytes[place].is_some_and(|bytes| bytes.ends_with(end));
    assert!(ends(0, "2f61fe") && ends(1, "2f61ff"), "{bytes:?}");
    let (_, table) = Program::bare(&["inspect", "--recursive", &path[0]])
        .run()
        .await;
    assert!(
        table.contains("\\xFE") && table.contains("\\xFF"),
        "{table}"
    );
}

#[tokio::test]
async fn ctrl_c_ends_it_with_what_was_inspected_although_standard_input_is_silent() {
    let report = fixture("report.docx");
    let mut child = Command::new(env!("CARGO_BIN_EXE_dossier-worker"))
        .args(["inspect", "--json", &report, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the program starts");
    let _open = child.stdin.take().expect("it is piped");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let line = lines.next_line().await.expect("it can be read");
    let line: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
    assert_eq!(line["verdict"], "accept");
    let pid = child.id().expect("it runs").to_string();
    let told = Command::new("kill").args(["-s", "INT", &pid]).status();
    assert!(told.await.expect("signals can be sent").success());
    let ended = tokio::time::timeout(PATIENCE, child.wait()).await;
    let status = ended
        .expect("it does not wait for the pipe")
        .expect("it ends");
    assert_eq!(status.code(), Some(2));
    assert_eq!(lines.next_line().await.expect("it can be read"), None);
}

#[tokio::test]
async fn a_pipe_that_is_named_is_refused_with_what_to_give() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe").to_string_lossy().into_owned();
    let made = Command::new("mkfifo").arg(&pipe).status().await;
    assert!(made.expect("mkfifo runs").success());
    let (code, found) = lines(&[], &[pipe]).await;
    assert_eq!(code, 2);
    let message = found[0]["message"].as_str().expect("a sentence");
    assert!(
        message.contains("give - to inspect standard input"),
        "{message}"
    );
}
