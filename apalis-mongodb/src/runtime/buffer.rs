//! Claimed jobs that no handler has taken yet.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;
use tokio::sync::Notify;

use super::lease::lock;

/// A queue between the claimer and the worker, which polls it. The claimer is told whenever it
/// gets shorter.
#[derive(Debug)]
pub(crate) struct Buffer<T> {
    items: Mutex<VecDeque<T>>,
    reader: AtomicWaker,
    room: Notify,
}

impl<T> Default for Buffer<T> {
    fn default() -> Self {
        Self {
            items: Mutex::new(VecDeque::new()),
            reader: AtomicWaker::new(),
            room: Notify::new(),
        }
    }
}

impl<T> Buffer<T> {
    pub(crate) fn extend(&self, items: impl IntoIterator<Item = T>) {
        lock(&self.items).extend(items);
        self.reader.wake();
    }

    pub(crate) fn poll_next(&self, cx: &mut Context<'_>) -> Poll<T> {
        self.reader.register(cx.waker());
        match lock(&self.items).pop_front() {
            Some(item) => {
                self.room.notify_one();
                Poll::Ready(item)
            }
            None => Poll::Pending,
        }
    }

    /// Takes everything out.
    pub(crate) fn drain(&self) -> Vec<T> {
        lock(&self.items).drain(..).collect()
    }

    pub(crate) fn len(&self) -> usize {
        lock(&self.items).len()
    }

    /// Resolves after the reader took an item.
    pub(crate) async fn room(&self) {
        self.room.notified().await;
    }
}
