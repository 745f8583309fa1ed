//! Attempts are spans below what enqueued their jobs, and each is one line.

use std::time::{Duration, Instant};

use dossier_common::id::{JobId, UserId};
use dossier_common::queue::JobState;
use dossier_common::trace::TraceContext;
use dossier_devstack::mail::Behaviour;
use dossier_devstack::port::free_port;
use dossier_devstack::testing::{Collector, ExportedSpan};
use serde_json::{Value, json};

use crate::harness::{Bench, CLIENT, Program, Running, eventually};

const REPORT: &[u8] = include_bytes!("../../../fixtures/report.docx");

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const ABOVE: &str = "b7ad6b7169203331";

/// What the jobs of these tests are enqueued for.
fn request() -> TraceContext {
    let parent = format!("00-{TRACE}-{ABOVE}-01");
    TraceContext::parse(&parent, None).expect("it is valid")
}

/// The program, which exports to `endpoint` at once.
async fn worker(bench: &Bench, endpoint: &str) -> Running {
    let program = Program::worker(bench.uri(), &bench.mail.smtp_url());
    let program = program
        .variable("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        .variable("OTEL_BSP_SCHEDULE_DELAY", "50")
        .variable("MAIL_RETRY_BASE_SECONDS", "1");
    program.start().await
}

async fn span(collector: &Collector, name: &str) -> ExportedSpan {
    eventually(&format!("{name} is exported"), async || {
        let mut spans = collector.spans().into_iter();
        spans.find(|span| span.name == name)
    })
    .await
}

/// The lines of the attempts at `job`.
fn lines(log: &str, job: JobId) -> Vec<Value> {
    let lines = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let is_of_attempt =
        |line: &Value| line["job"] == json!(job.to_string()) && line.get("attempt").is_some();
    lines.filter(is_of_attempt).collect()
}

#[tokio::test]
async fn an_inspection_is_a_span_below_its_attempt() {
    let bench = Bench::new().await;
    let collector = Collector::start().await.expect("a port");
    let running = worker(&bench, &collector.endpoint()).await;
    let owner = UserId::generate(&bench.entropy, bench.now());
    let file = request()
        .scope(bench.file(owner, "report.docx", REPORT))
        .await;
    let attempt = span(&collector, "process validate-upload").await;
    assert_eq!(
        (&*attempt.trace_id, &*attempt.parent_span_id),
        (TRACE, ABOVE)
    );
    let inspection = span(&collector, "inspect document").await;
    assert_eq!(inspection.trace_id, TRACE);
    assert_eq!(inspection.parent_span_id, attempt.span_id);
    assert_eq!(
        inspection.attributes["dossier.file.id"],
        file.id.to_string()
    );
    assert_eq!(inspection.attributes["dossier.inspection.verdict"], "docx");
    let (code, log) = running.stop().await;
    assert_eq!(code, 0, "{log}");
}

#[tokio::test]
async fn each_attempt_is_one_line_with_what_is_asked_for_as_fields() {
    let bench = Bench::new().await;
    let refusal = Behaviour::reject(451);
    bench.mail.behave(refusal).expect("a server can be so");
    let collector = Collector::start().await.expect("a port");
    let mut running = worker(&bench, &collector.endpoint()).await;
    let (_, job) = request().scope(bench.sign_up(None)).await;
    running.read_until("the next follows in").await;
    let well = Behaviour::ok();
    bench.mail.behave(well).expect("a server can be so");
    bench.reaches(job, JobState::Done).await;
    let (code, log) = running.stop().await;
    assert_eq!(code, 0, "{log}");

    let lines = lines(&log, job);
    let attempts: Vec<_> = lines.iter().map(|line| line["attempt"].as_u64()).collect();
    let expected: Vec<_> = (1..=attempts.len() as u64).map(Some).collect();
    assert!(attempts.len() >= 2);
    assert_eq!(attempts, expected, "one line each: {log}");
    let (first, last) = (&lines[0], &lines[lines.len() - 1]);
    for (line, level, outcome) in [(first, "WARN", "failed"), (last, "INFO", "done")] {
        for (field, expected) in [
            ("level", level),
            ("queue", "send-email"),
            ("kind", "sign-up"),
            ("subject", "a***@example.com"),
            ("outcome", outcome),
            ("trace_id", TRACE),
        ] {
            assert_eq!(line[field], json!(expected), "{field}: {line}");
        }
        for number in ["wait_ms", "duration_ms"] {
            assert!(line[number].is_u64(), "{number}: {line}");
        }
        let worker = line["worker"].as_str().unwrap_or_default();
        assert!(worker.starts_with("send-email@"), "{line}");
    }
    assert!(first["next_at"].is_string() && last.get("next_at").is_none());
    let exported = collector.bytes();
    let mut parts = exported.windows(CLIENT.len());
    assert!(
        !parts.any(|part| part == CLIENT.as_bytes()),
        "{CLIENT} was exported"
    );
}

#[tokio::test]
async fn jobs_show_names_the_trace_of_a_job() {
    let bench = Bench::new().await;
    let (_, job) = request().scope(bench.sign_up(None)).await;
    let id = job.to_string();
    let show = |arguments: &[&str]| Program::bare(arguments).variable("MONGODB_URI", bench.uri());
    let (code, table) = show(&["jobs", "show", &id]).printed().await;
    assert_eq!(code, 0, "{table}");
    let named = table
        .lines()
        .any(|line| line.contains("trace id") && line.contains(TRACE));
    assert!(named, "{table}");
    let (code, text) = show(&["jobs", "show", &id, "--json"]).printed().await;
    assert_eq!(code, 0, "{text}");
    let shown: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(shown["trace_id"], json!(TRACE));
}

#[tokio::test]
async fn a_mail_is_sent_and_a_worker_ends_while_the_collector_is_down() {
    let bench = Bench::new().await;
    let port = free_port().expect("a port");
    let running = worker(&bench, &format!("http://127.0.0.1:{port}")).await;
    let (_, job) = request().scope(bench.sign_up(None)).await;
    bench.reaches(job, JobState::Done).await;
    assert_eq!(bench.mail.mailbox().messages_to(CLIENT).len(), 1);
    let began = Instant::now();
    let (code, log) = running.stop().await;
    assert_eq!(code, 0, "{log}");
    assert!(began.elapsed() < Duration::from_secs(10), "{log}");
    let told = log.matches("traces are incomplete").count();
    assert_eq!(told, 1, "{log}");
    assert_eq!(lines(&log, job)[0]["trace_id"], json!(TRACE));
}
