//! What is stored of a download.

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use super::{Span, Spans, allowance};
use crate::id::{DownloadId, FileId, LinkId, ResponseId, UserId};
use crate::link::Link;

/// One download of a document: one use of its link, in as many requests as the client needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Download {
    /// Which download.
    #[serde(rename = "_id")]
    pub id: DownloadId,
    /// The link it uses.
    pub link_id: LinkId,
    /// The document.
    pub file_id: FileId,
    /// Who downloads.
    pub client_id: UserId,
    /// How long the document is, in bytes.
    pub size_bytes: i64,
    /// Whether its link has a limit. Without one a response that has begun is never cut.
    pub limited: bool,
    /// When it began.
    pub begun_at: DateTime,
    /// When something was last recorded of it.
    pub last_at: DateTime,
    /// How many bytes were handed to connections, those that were sent again included.
    pub bytes_sent: i64,
    /// Whether the link counts it: more than a tail of the document has gone out.
    pub counted: bool,
    /// Whether every byte was sent.
    pub complete: bool,
    /// Which bytes were sent, but for those that were given back.
    pub sent: Spans,
    /// What each connection that broke sent last, oldest first: it may not have arrived.
    pub doubtful: Vec<Span>,
    /// How many bytes were sent again from the allowance for repeats.
    pub repeated_bytes: i64,
    /// How many bytes were given back because a connection had broken.
    pub resent_bytes: i64,
    /// The responses under way.
    pub responses: Vec<Response>,
    /// How often the row was written: whoever writes it names the number that it read.
    pub revision: i64,
}

/// A response under way: bytes `start..from` have been sent, `from..to` may be sent now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// Which response.
    pub id: ResponseId,
    /// The first byte asked for.
    pub start: i64,
    /// One past the last byte asked for.
    pub end: i64,
    /// One past the last byte that is known to be sent.
    pub from: i64,
    /// One past the last byte that may be sent.
    pub to: i64,
    /// Until when nobody takes it for dead.
    pub until: DateTime,
}

impl Download {
    /// A download that has sent nothing yet.
    pub fn new(id: DownloadId, link: &Link, size_bytes: i64, now: DateTime) -> Self {
        Self {
            id,
            link_id: link.id,
            file_id: link.file_id,
            client_id: link.client_id,
            size_bytes,
            limited: link.max_downloads.is_some(),
            begun_at: now,
            last_at: now,
            bytes_sent: 0,
            counted: false,
            complete: false,
            sent: Spans::default(),
            doubtful: Vec::new(),
            repeated_bytes: 0,
            resent_bytes: 0,
            responses: Vec::new(),
            revision: 0,
        }
    }

    /// Records that all of it is about to be sent in one response.
    pub fn send_at_once(&mut self) {
        self.set_sent(self.size_bytes);
    }

    /// Records that a response which was to send all of it has sent its first `sent` bytes alone.
    pub fn break_off(&mut self, sent: i64, now: DateTime) {
        self.set_sent(sent);
        self.last_at = now;
    }

    fn set_sent(&mut self, sent: i64) {
        let mut spans = Spans::default();
        spans.add(Span::new(0, sent));
        (self.sent, self.bytes_sent) = (spans, sent);
        self.complete = sent == self.size_bytes;
        self.counted = sent > allowance(self.size_bytes);
    }
}
