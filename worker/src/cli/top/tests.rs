//! What is drawn at 60×20, 80×24 and 160×50, and what keys do.

use dossier_common::overview::Overview;
use dossier_common::queue::{Job, QueueName, SendEmail};
use mongodb::bson::DateTime;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::{Color, Modifier};

use super::draw::{Look, draw};
use super::gather::News;
use super::keys::Key;
use super::state::{Action, Dialog, State};
use crate::cli::sample;

const SIZES: [(u16, u16); 3] = [(60, 20), (80, 24), (160, 50)];

fn state() -> State {
    let overview = sample::overview();
    let mut state = State::new(overview.at);
    state.take(News::Overview(Ok(Box::new(overview))));
    state
}

fn with_more_done(done: u64) -> Overview {
    let mut overview = sample::overview();
    for queue in &mut overview.queues {
        queue.rates.done = done;
    }
    overview
}

fn drawn(state: &State, look: Look, (width, height): (u16, u16)) -> Terminal<TestBackend> {
    let terminal = Terminal::new(TestBackend::new(width, height));
    let mut terminal = terminal.expect("memory is there");
    terminal
        .draw(|frame| draw(frame, state, look))
        .expect("memory takes it");
    terminal
}

/// The lines of the picture.
fn lines(state: &State, size: (u16, u16)) -> Vec<String> {
    let terminal = drawn(state, Look::Plain, size);
    let buffer = terminal.backend().buffer();
    let row = |y: u16| {
        let row = (0..size.0).map(|x| buffer[(x, y)].symbol());
        row.collect::<String>().trim_end().to_owned()
    };
    (0..size.1).map(row).collect()
}

#[track_caller]
fn assert_shows(lines: &[String], words: &[&str]) {
    let text = lines.join("\n");
    for word in words {
        assert!(text.contains(word), "{word}:\n{text}");
    }
}

#[test]
fn every_size_shows_the_database_every_queue_workers_and_failures() {
    for size in SIZES {
        let lines = lines(&state(), size);
        assert!(
            lines[0].starts_with(" dossier 08:00:00 UTC  mail"),
            "{lines:?}"
        );
        assert_shows(&lines[..1], &["mail parked 1m35s: the mail"]);
        assert_shows(&lines[1..2], &["1207 ready, 0 running, 12 dead"]);
        assert_shows(&lines[2..3], &["1 alive, 1 draining, 1 dead"]);
        assert!(
            lines[3].contains("queue") && lines[3].contains("ready"),
            "{lines:?}"
        );
        for (line, words) in [
            (5, ["send-email", "parked", "1204"]),
            (6, ["validate-upload", "paused", "3"]),
            (7, ["revalidate-upload", "runs", "0"]),
            (8, ["mint-download-token", "runs", "0"]),
        ] {
            assert_shows(&lines[line..=line], &words);
        }
        assert_shows(&lines, &["process", "longest", "worker-7c9f 2041", "dead"]);
        assert_shows(&lines, &["failed", "30s ago", "550 no such mailbox"]);
        let last = &lines[usize::from(size.1) - 1];
        assert!(last.starts_with("q quit"), "{lines:?}");
    }
}

#[test]
fn a_small_terminal_says_how_much_is_hidden_and_a_large_one_shows_it() {
    let small = lines(&state(), (60, 20));
    assert_shows(&small, &["… and 2 more"]);
    let large = lines(&state(), (160, 50));
    let text = large.join("\n");
    assert!(!text.contains("more"), "{text}");
    assert_shows(
        &large,
        &["alive", "draining", "job_01KAZQ00000000000000000RUN"],
    );
    assert_shows(
        &large,
        &[
            "5 at once, 100/m",
            "failed/min",
            "12/12",
            "buffered",
            "heartbeat",
        ],
    );
}

#[test]
fn any_size_can_be_drawn() {
    let mut state = state();
    for dialog in [true, false] {
        if dialog {
            assert_eq!(state.press(Key::Help), None);
        }
        for size in [(1, 1), (5, 3), (20, 8), (300, 4), (10, 100)] {
            drawn(&state, Look::Coloured, size);
        }
    }
}

#[test]
fn rates_make_a_curve() {
    let mut state = state();
    for done in [0, 50, 100] {
        state.take(News::Overview(Ok(Box::new(with_more_done(done)))));
    }
    let lines = lines(&state, (160, 50));
    assert!(lines[5].contains("▂▁▅█"), "{lines:?}");
}

#[test]
fn without_an_answer_the_last_figures_stay() {
    let mut state = state();
    state.now = state.now.saturating_add_millis(12_000);
    state.take(News::Overview(Err("no answer within 3s".to_owned())));
    for size in SIZES {
        let lines = lines(&state, size);
        assert_shows(&lines[..1], &["no answer since 08:00:00 (12s)"]);
        assert_shows(&lines, &["send-email", "1204"]);
    }
    let overview = Box::new(sample::overview());
    state.take(News::Overview(Ok(overview)));
    let again = lines(&state, (80, 24)).join("\n");
    assert!(!again.contains("no answer"), "{again}");
}

#[test]
fn before_the_first_answer_it_waits() {
    let mut state = State::new(DateTime::from_millis(1_795_680_000_000));
    assert_shows(&lines(&state, (80, 24)), &["waiting for the database"]);
    state.take(News::Overview(Err("no answer within 3s".to_owned())));
    let lines = lines(&state, (80, 24));
    assert_shows(&lines, &["no answer since 08:00:00", "waiting"]);
    assert_eq!(state.press(Key::Pause), None, "there is nothing to pause");
    assert_eq!(state.dialog, Dialog::None);
}

#[test]
fn a_queue_is_paused_and_resumed_after_a_question() {
    let mut state = state();
    let mails = QueueName::of::<SendEmail>();
    assert_eq!(mails.as_str(), SendEmail::QUEUE);
    assert_eq!(state.press(Key::Pause), None);
    for size in SIZES {
        assert_shows(
            &lines(&state, size),
            &["pause send-email?", "y yes", "n no"],
        );
    }
    assert_eq!(state.press(Key::Down), None, "the question waits");
    assert_eq!(state.press(Key::No), None);
    assert_eq!(state.dialog, Dialog::None);
    assert_eq!(state.press(Key::Yes), None, "nothing was asked");
    assert_eq!(state.press(Key::Pause), None);
    let change = Action::Change {
        queue: mails,
        pauses: true,
    };
    assert_eq!(state.press(Key::Yes), Some(change));
    // The next one is paused.
    assert_eq!(state.press(Key::Down), None);
    assert_eq!(state.press(Key::Pause), None);
    assert_shows(&lines(&state, (80, 24)), &["resume validate-upload?"]);
    let changed = state.press(Key::Yes);
    assert!(matches!(
        changed,
        Some(Action::Change { pauses: false, .. })
    ));
    state.take(News::Changed("validate-upload is not paused".to_owned()));
    assert_shows(&lines(&state, (80, 24)), &["validate-upload is not paused"]);
}

#[test]
fn what_became_of_a_change_is_told_for_ten_seconds_and_that_it_is_waited_for_until_then() {
    let foot = |state: &State| lines(state, (80, 24)).pop().unwrap_or_default();
    let later = |state: &State, seconds: i64| state.now.saturating_add_millis(1000 * seconds);
    let mut state = state();
    state.tell_meanwhile("send-email: asked the database".to_owned());
    state.now = later(&state, 60);
    assert_eq!(foot(&state), "send-email: asked the database");
    state.take(News::Changed("send-email is paused".to_owned()));
    state.now = later(&state, 9);
    assert_eq!(foot(&state), "send-email is paused");
    state.now = later(&state, 1);
    assert!(foot(&state).starts_with("q quit"), "{}", foot(&state));
}

#[test]
fn keys_choose_ask_help_and_end() {
    let mut state = state();
    for _ in 0..10 {
        assert_eq!(state.press(Key::Down), None);
    }
    assert_eq!(state.selected, 3, "no further than the last queue");
    for _ in 0..10 {
        assert_eq!(state.press(Key::Up), None);
    }
    assert_eq!(state.selected, 0);
    assert_eq!(state.press(Key::Refresh), Some(Action::Refresh));
    assert_eq!(state.press(Key::Help), None);
    for size in SIZES {
        assert_shows(
            &lines(&state, size),
            &["choose a queue", "pause it, or resume it"],
        );
    }
    assert_eq!(state.press(Key::Quit), None, "it closes the help");
    assert_eq!(state.press(Key::Quit), Some(Action::Quit));
    assert_eq!(state.press(Key::Pause), None);
    assert_eq!(state.press(Key::Interrupt), Some(Action::Quit), "always");
}

#[test]
fn without_colours_there_are_none_and_the_chosen_queue_is_reversed() {
    for (look, has_colours) in [(Look::Plain, false), (Look::Coloured, true)] {
        let terminal = drawn(&state(), look, (80, 24));
        let cells = &terminal.backend().buffer().content;
        let coloured = cells
            .iter()
            .any(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset);
        assert_eq!(coloured, has_colours, "{look:?}");
        let chosen = &terminal.backend().buffer()[(1, 5)];
        assert!(chosen.modifier.contains(Modifier::REVERSED), "{look:?}");
    }
}
