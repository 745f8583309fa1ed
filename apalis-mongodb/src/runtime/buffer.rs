//! Claimed jobs that no handler has taken yet, and how many more of them are wanted.
//!
//! What waits here, no other worker can run. So jobs are claimed when a handler is free, and ahead of
//! that only as many as the [`Window`] has seen start at once; and one that has not
//! started after [`HELD_BACK_FOR`] all the same is given back.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;
use tokio::sync::Notify;

use super::window::Window;
use crate::sync::lock;

/// A job is given back that has waited this long; together with the interval at which that is
/// looked for, it starts elsewhere within half a second.
pub(crate) const HELD_BACK_FOR: Duration = Duration::from_millis(300);

/// A queue between the claimer and the worker, which polls it.
#[derive(Debug)]
pub(crate) struct Buffer<T> {
    state: Mutex<State<T>>,
    reader: AtomicWaker,
    /// The reader took an item, or found none.
    polled: Notify,
}

#[derive(Debug)]
struct State<T> {
    /// Since when each item waits, the oldest first.
    items: VecDeque<(Instant, T)>,
    /// A handler is free, and there was nothing for it.
    reader_waits: bool,
    window: Window,
}

impl<T> Buffer<T> {
    /// An empty buffer that never wants more than `most` items at once.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            state: Mutex::new(State {
                items: VecDeque::new(),
                reader_waits: false,
                window: Window::new(most),
            }),
            reader: AtomicWaker::new(),
            polled: Notify::new(),
        }
    }

    pub(crate) fn extend(&self, items: impl IntoIterator<Item = T>) {
        let now = Instant::now();
        let mut state = lock(&self.state);
        state
            .items
            .extend(items.into_iter().map(|item| (now, item)));
        state.reader_waits &= state.items.is_empty();
        let waiting = state.items.len();
        state.window.filled(now, waiting);
        drop(state);
        self.reader.wake();
    }

    /// Notes that what came last was all that there was.
    pub(crate) fn fell_short(&self) {
        lock(&self.state).window.fell_short();
    }

    pub(crate) fn poll_next(&self, cx: &mut Context<'_>) -> Poll<T> {
        self.reader.register(cx.waker());
        let mut state = lock(&self.state);
        let next = state.items.pop_front();
        state.reader_waits = next.is_none();
        drop(state);
        self.polled.notify_one();
        next.map_or(Poll::Pending, |(_, item)| Poll::Ready(item))
    }

    /// Resolves with how many items are wanted, as soon as any are.
    pub(crate) async fn wanted(&self) -> usize {
        loop {
            if let Some(wanted) = self.wanted_now() {
                return wanted;
            }
            self.polled.notified().await;
        }
    }

    fn wanted_now(&self) -> Option<usize> {
        let mut state = lock(&self.state);
        let State {
            items,
            reader_waits,
            window,
        } = &mut *state;
        if items.len() > window.low_mark() || (!window.is_ahead() && !*reader_waits) {
            return None;
        }
        window.ran_low(Instant::now(), items.len());
        Some(window.size() - items.len().min(window.size() - 1))
    }

    /// Whether more are wanted than there are free handlers.
    pub(crate) fn is_ahead(&self) -> bool {
        lock(&self.state).window.is_ahead()
    }

    /// Takes out what has waited for [`HELD_BACK_FOR`].
    pub(crate) fn take_held_back(&self) -> Vec<T> {
        let now = Instant::now();
        let mut state = lock(&self.state);
        let held_back = |(since, _): &(Instant, T)| now - *since >= HELD_BACK_FOR;
        let count = state
            .items
            .iter()
            .take_while(|item| held_back(item))
            .count();
        if count > 0 {
            state.window.reset();
        }
        state.items.drain(..count).map(|(_, item)| item).collect()
    }

    /// Takes everything out.
    pub(crate) fn drain(&self) -> Vec<T> {
        let mut state = lock(&self.state);
        state.items.drain(..).map(|(_, item)| item).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    fn poll(buffer: &Buffer<u32>) -> Option<u32> {
        match buffer.poll_next(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(item) => Some(item),
            Poll::Pending => None,
        }
    }

    #[test]
    fn nothing_is_wanted_before_a_handler_is_free() {
        let buffer = Buffer::new(32);
        assert_eq!(buffer.wanted_now(), None);
        assert_eq!(poll(&buffer), None);
        assert_eq!(buffer.wanted_now(), Some(1));
    }

    #[test]
    fn while_every_handler_is_busy_nothing_is_wanted() {
        let buffer = Buffer::new(32);
        assert_eq!(poll(&buffer), None);
        buffer.extend([7]);
        assert_eq!(poll(&buffer), Some(7));
        assert_eq!(buffer.wanted_now(), None);
    }

    #[test]
    fn what_is_taken_at_once_makes_more_wanted() {
        let buffer = Buffer::new(32);
        for wanted in [1, 2] {
            assert_eq!(poll(&buffer), None);
            assert_eq!(buffer.wanted_now(), Some(wanted));
            buffer.extend(0..u32::try_from(wanted).unwrap());
            while poll(&buffer).is_some() {}
        }
        assert_eq!(buffer.wanted_now(), Some(4));
    }

    #[test]
    fn only_what_waited_long_is_given_back() {
        let buffer = Buffer::new(32);
        buffer.extend([1, 2]);
        assert!(buffer.take_held_back().is_empty());
        let old = Instant::now() - HELD_BACK_FOR;
        lock(&buffer.state).items[0].0 = old;
        lock(&buffer.state).window = Window::new(32);
        assert_eq!(buffer.take_held_back(), [1]);
        assert_eq!(lock(&buffer.state).window.size(), 1);
        assert_eq!(poll(&buffer), Some(2));
    }
}
