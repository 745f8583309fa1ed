//! The bytes of a form on their way to the parser.
//!
//! The parser (`multer`) takes all that has arrived into one buffer, and keeps what has no end yet: a part's head, or
//! what stands before the first part. So it gets a piece at a time and looks at it before the next, and where it waits
//! for such an end it gets no more than that may be long.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use axum::BoxError;
use axum::body::{Body, BodyDataStream, Bytes};
use futures_util::Stream;

/// How long the head of a part may be, and a value beside the document, in bytes.
pub(super) const MAX_SMALL_BYTES: usize = 16 * 1024;

/// What a line between two parts takes at most: line ends, hyphens, and a boundary of 70 bytes (RFC 2046 §5.1.1).
const DELIMITER_BYTES: usize = 128;

/// How many bytes the parser gets at once.
const PIECE_BYTES: usize = 256 * 1024;

/// Why the parser gets no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Excess {
    /// The form is longer than it may be.
    #[error("the form is too long")]
    Form,
    /// What the parser waits for has no end within what it may be long.
    #[error("a head or value of the form is too long")]
    Small,
}

/// How many bytes the parser gets before it has come to the next end; shared with the [`Feed`].
#[derive(Clone, Debug)]
pub(super) struct Allowance(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    left: AtomicUsize,
    handed_on: AtomicU64,
}

impl Allowance {
    /// The parser looks for the end of a head or of a small value.
    pub(super) fn small(&self) {
        let most = MAX_SMALL_BYTES + DELIMITER_BYTES;
        self.0.left.store(most, Ordering::Relaxed);
    }

    /// The parser hands on all that it gets.
    pub(super) fn unlimited(&self) {
        self.0.left.store(usize::MAX, Ordering::Relaxed);
    }

    /// How many bytes the parser has got in all.
    pub(super) fn handed_on(&self) -> u64 {
        self.0.handed_on.load(Ordering::Relaxed)
    }

    fn left(&self) -> usize {
        self.0.left.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: usize) {
        let left = self.left();
        if left != usize::MAX {
            let left = left.saturating_sub(bytes);
            self.0.left.store(left, Ordering::Relaxed);
        }
        self.0.handed_on.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// The bytes of a body, as the parser gets them.
#[derive(Debug)]
pub(super) struct Feed {
    body: BodyDataStream,
    /// What has arrived and was not handed on.
    arrived: Bytes,
    /// How many bytes the form may still have.
    form_left: u64,
    allowance: Allowance,
    is_paused: bool,
}

impl Feed {
    /// The bytes of `body`, of which there may be `most`.
    pub(super) fn of(body: Body, most: u64) -> (Self, Allowance) {
        let allowance = Allowance(Arc::default());
        let feed = Self {
            body: body.into_data_stream(),
            arrived: Bytes::new(),
            form_left: most,
            allowance: allowance.clone(),
            is_paused: false,
        };
        (feed, allowance)
    }

    fn next_piece(&mut self) -> Result<Bytes, Excess> {
        let most = PIECE_BYTES.min(self.allowance.left());
        if most == 0 {
            return Err(Excess::Small);
        }
        let piece = self.arrived.split_to(most.min(self.arrived.len()));
        let form_left = self.form_left.checked_sub(piece.len() as u64);
        self.form_left = form_left.ok_or(Excess::Form)?;
        self.allowance.take(piece.len());
        Ok(piece)
    }
}

impl Stream for Feed {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if std::mem::take(&mut this.is_paused) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        while this.arrived.is_empty() {
            match ready!(Pin::new(&mut this.body).poll_next(cx)) {
                Some(Ok(bytes)) => this.arrived = bytes,
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                None => return Poll::Ready(None),
            }
        }
        this.is_paused = true;
        Poll::Ready(Some(this.next_piece().map_err(BoxError::from)))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;

    /// How long the pieces are that a parser gets, and why it gets no more.
    async fn pieces(feed: &mut Feed) -> (Vec<usize>, Option<Excess>) {
        let mut lengths = Vec::new();
        while let Some(piece) = feed.next().await {
            match piece {
                Ok(piece) => lengths.push(piece.len()),
                Err(error) => return (lengths, error.downcast_ref().copied()),
            }
        }
        (lengths, None)
    }

    #[tokio::test]
    async fn a_head_without_an_end_is_not_handed_on() {
        let (mut feed, allowance) = Feed::of(Body::from(vec![b'x'; 1_000_000]), u64::MAX);
        allowance.small();
        let most = MAX_SMALL_BYTES + DELIMITER_BYTES;
        assert_eq!(pieces(&mut feed).await, (vec![most], Some(Excess::Small)));
        assert_eq!(allowance.handed_on(), most as u64);
    }

    #[tokio::test]
    async fn content_comes_in_pieces_up_to_the_limit_of_the_form() {
        let body = || Body::from(vec![b'x'; 600_000]);
        let (mut feed, allowance) = Feed::of(body(), 600_000);
        allowance.unlimited();
        let whole = vec![PIECE_BYTES, PIECE_BYTES, 600_000 - 2 * PIECE_BYTES];
        assert_eq!(pieces(&mut feed).await, (whole, None));
        let (mut feed, allowance) = Feed::of(body(), 599_999);
        allowance.unlimited();
        let some = vec![PIECE_BYTES, PIECE_BYTES];
        assert_eq!(pieces(&mut feed).await, (some, Some(Excess::Form)));
    }
}
