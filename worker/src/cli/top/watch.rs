//! Shows what comes from the store, and does what keys and signals say.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use crossterm::event::EventStream;
use dossier_common::clock::Clock;
use dossier_common::store::Store;
use futures_util::StreamExt;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, mpsc};

use super::gather::{News, change, gather};
use super::keys::Key;
use super::screen::Screen;
use super::state::{Action, State};

/// The clock on the screen goes on while nothing else happens.
const TICK: Duration = Duration::from_secs(1);

/// Watches until the operator or a signal ends it.
pub(super) async fn watch(store: Store, interval: Duration) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("listen for signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listen for signals")?;
    let mut hang_up = signal(SignalKind::hangup()).context("listen for signals")?;
    let (clock, refresh) = (Clock::system(), Arc::new(Notify::new()));
    let (sender, mut news) = mpsc::channel::<News>(8);
    let gathering = gather(
        store.clone(),
        interval,
        Arc::clone(&refresh),
        sender.clone(),
    );
    tokio::spawn(gathering);
    let mut state = State::new(clock.now());
    let mut ticks = tokio::time::interval(TICK);
    let mut screen = Screen::open().context("take the terminal")?;
    let mut events = EventStream::new();
    loop {
        state.now = clock.now();
        screen.show(&state).context("write to the terminal")?;
        let action = tokio::select! {
            Some(told) = news.recv() => {
                state.now = clock.now();
                state.take(told);
                None
            }
            event = events.next() => match event {
                Some(event) => {
                    let key = Key::of(&event.context("read from the terminal")?);
                    key.and_then(|key| state.press(key))
                }
                None => Some(Action::Quit),
            },
            _ = ticks.tick() => None,
            _ = terminate.recv() => Some(Action::Quit),
            _ = interrupt.recv() => Some(Action::Quit),
            _ = hang_up.recv() => Some(Action::Quit),
        };
        match action {
            Some(Action::Quit) => return Ok(()),
            Some(Action::Refresh) => refresh.notify_one(),
            Some(Action::Change { queue, pauses }) => {
                state.tell_meanwhile(format!("{queue}: asked the database"));
                let (store, refresh) = (store.clone(), Arc::clone(&refresh));
                let changing = change(store, queue, pauses, refresh, sender.clone());
                tokio::spawn(changing);
            }
            None => {}
        }
    }
}
