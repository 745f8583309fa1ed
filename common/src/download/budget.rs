//! Which bytes of a download may be sent, by whom, and how often.
//!
//! A byte is sent once. It may be sent again for two reasons alone:
//!
//! * A connection broke. The client asks from byte X on and so says what it has not got. What the broken connection
//!   sent last, at most [`MOST_IN_FLIGHT`], is given back from X on, and counts as had before X. All of this together
//!   is limited by [`most_resent`].
//! * The client repeats a little: [`allowance`].
//!
//! A response that was sent to its end on a connection that goes on, or cut because its bytes were used up, gives
//! nothing back. So requests side by side get the document once and the allowance, whatever ranges they ask for.

use std::time::Duration;

use mongodb::bson::DateTime;

use super::{Download, Response, Span};
use crate::id::ResponseId;

/// The least that every download may repeat, in bytes, small documents aside.
const LEAST_ALLOWANCE: i64 = 64 * 1024;

/// How many bytes may have been sent on a connection and not have arrived: the send and the receive buffer that
/// operating systems give a connection at most.
const MOST_IN_FLIGHT: i64 = 8 * 1024 * 1024;

/// How many times its size may be sent again because connections broke.
const MOST_TIMES_RESENT: i64 = 8;

/// So many responses may be under way at once in one download.
const MOST_RESPONSES: usize = 64;

/// In so many pieces a document may be fetched.
const MOST_SPANS: usize = 512;

/// So long nothing may be recorded of a response before it counts as broken.
const LEASE: Duration = Duration::from_secs(20);

/// How many bytes of a document of `size_bytes` a download may repeat: 5 %, 64 KiB at least, never more than half
/// of it. With no more than that sent, nothing is counted.
pub fn allowance(size_bytes: i64) -> i64 {
    (size_bytes / 20).max(LEAST_ALLOWANCE).min(size_bytes / 2)
}

/// How many bytes of a document of `size_bytes` are sent again at most because connections broke.
pub fn most_resent(size_bytes: i64) -> i64 {
    size_bytes.saturating_mul(MOST_TIMES_RESENT)
}

/// What becomes of a request for bytes of a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// These may be sent now, and the next when they are.
    Granted(Span),
    /// Another response is at them; once it has ended, it may be another answer.
    Busy,
    /// They were sent.
    Refused,
}

impl Download {
    /// Begins a response of the bytes `wanted`, of which at most `block` are granted at a time.
    pub fn begin(&mut self, id: ResponseId, wanted: Span, block: i64, now: DateTime) -> Begun {
        let at = wanted.start;
        self.end_dead(at, now);
        let busy = |it: &Response| it.start <= at && at < it.to;
        let sending = self.responses.iter().filter(|it| it.from < it.end);
        if self.responses.iter().any(busy) || sending.count() >= MOST_RESPONSES {
            return Begun::Busy;
        }
        self.give_back(at);
        if !self.may_begin(at) {
            return Begun::Refused;
        }
        let Some(granted) = self.grant(at, wanted.end, block) else {
            return Begun::Refused;
        };
        self.responses.push(Response {
            id,
            start: at,
            end: wanted.end,
            from: at,
            to: granted.end,
            until: now.saturating_add_duration(LEASE),
        });
        self.last_at = now;
        Begun::Granted(granted)
    }

    /// What a response may send after its first `sent` bytes, which were all that it was granted. With nothing it
    /// has to end there, and nothing of it is given back.
    pub fn advance(
        &mut self,
        id: ResponseId,
        sent: i64,
        block: i64,
        now: DateTime,
    ) -> Option<Span> {
        let mut response = self.take(id, sent, now)?;
        self.give_back(response.from);
        let granted = self.grant(response.from, response.end, block)?;
        response.to = granted.end;
        response.until = now.saturating_add_duration(LEASE);
        self.responses.push(response);
        Some(granted)
    }

    /// Records that a response has sent `sent` bytes and goes on; `false` when it was taken for dead meanwhile.
    pub fn renew(&mut self, id: ResponseId, sent: i64, now: DateTime) -> bool {
        let Some(mut response) = self.take(id, sent, now) else {
            return false;
        };
        response.until = now.saturating_add_duration(LEASE);
        self.responses.push(response);
        true
    }

    /// Records that a response has sent all of its bytes, and that it is not known yet whether they have arrived. Others
    /// wait for that. `false` when it was taken for dead meanwhile.
    pub fn hold(&mut self, id: ResponseId, sent: i64, now: DateTime) -> bool {
        let goes_on = self.renew(id, sent, now);
        let held = self.responses.iter().filter(|it| it.from == it.end);
        if held.count() > MOST_RESPONSES
            && let Some(oldest) = self.responses.iter().position(|it| it.from == it.end)
        {
            self.responses.remove(oldest);
        }
        goes_on
    }

    /// Ends a response that has sent `sent` bytes. Unless those are all that were asked for, its connection broke.
    /// `false` when it was taken for dead meanwhile.
    pub fn end(&mut self, id: ResponseId, sent: i64, now: DateTime) -> bool {
        let Some(response) = self.take(id, sent, now) else {
            return false;
        };
        if response.from < response.end {
            self.doubt(&response);
        }
        true
    }

    /// Ends a response that has sent `sent` bytes, and whose connection broke.
    pub fn lose(&mut self, id: ResponseId, sent: i64, now: DateTime) {
        if let Some(response) = self.take(id, sent, now) {
            self.doubt(&response);
        }
    }

    /// Whether the bytes `wanted` are left, but for a few that the allowance has room for.
    pub fn has_left(&self, wanted: Span) -> bool {
        let mut settled = self.sent.clone();
        // What connections lost may come back.
        let under_way = self.responses.iter();
        let under_way = under_way.map(|it| Span::new(it.start, it.from));
        for span in self.doubtful.iter().copied().chain(under_way) {
            settled.remove(span);
        }
        settled.remove(Span::new(0, wanted.start));
        settled.remove(Span::new(wanted.end, self.size_bytes));
        settled.size() <= self.allowance_left()
    }

    /// Whether so much was sent that the link counts it.
    fn is_spent(&self) -> bool {
        self.counted || self.sent.size() > allowance(self.size_bytes)
    }

    /// Ends the responses at byte `at`, or all if there are many, that nothing was recorded of for too long: all that they may have sent counts as
    /// sent.
    fn end_dead(&mut self, at: i64, now: DateTime) {
        let is_full = self.responses.len() >= MOST_RESPONSES;
        let is_met = |it: &Response| is_full || (it.start <= at && at < it.to);
        let is_dead = |it: &&Response| it.until <= now && is_met(it);
        let dead = self.responses.iter().filter(is_dead);
        let dead: Vec<_> = dead.map(|it| (it.id, it.to - it.start)).collect();
        for (id, sent) in dead {
            self.lose(id, sent, now);
        }
    }

    /// Takes a response off the list, and adds what it has sent.
    fn take(&mut self, id: ResponseId, sent: i64, now: DateTime) -> Option<Response> {
        let place = self.responses.iter().position(|it| it.id == id)?;
        let mut response = self.responses.remove(place);
        let reached = response.start.saturating_add(sent);
        let reached = reached.clamp(response.from, response.to);
        self.sent.add(Span::new(response.from, reached));
        self.bytes_sent += reached - response.from;
        response.from = reached;
        self.last_at = now;
        self.counted = self.is_spent();
        self.complete |= self.sent.size() == self.size_bytes;
        Some(response)
    }

    /// Remembers what a response sent last.
    fn doubt(&mut self, response: &Response) {
        let last = response.from - MOST_IN_FLIGHT;
        let last = Span::new(last.max(response.start), response.from);
        if last.is_empty() {
            return;
        }
        if self.doubtful.len() >= MOST_RESPONSES {
            self.doubtful.remove(0);
        }
        self.doubtful.push(last);
    }

    /// Gives back what may not have arrived from `at` on, when a client asks from there: what is before has arrived.
    fn give_back(&mut self, at: i64) {
        let mut doubtful = self.doubtful.iter().enumerate();
        let Some((place, found)) = doubtful.find(|(_, it)| it.contains(at)) else {
            return;
        };
        let lost = Span::new(at, found.end);
        let resent = self.resent_bytes.saturating_add(lost.size());
        if resent > most_resent(self.size_bytes) {
            return;
        }
        self.resent_bytes = resent;
        self.doubtful.remove(place);
        self.sent.remove(lost);
    }

    /// Whether a request may begin: it leaves no more spans than there may be, and does not begin a complete download
    /// anew. Of one that is not, the first bytes may have been asked for alone, and their part may come last.
    fn may_begin(&self, at: i64) -> bool {
        match self.sent.at(at) {
            Some(_) => at > 0 || !self.complete,
            None => self.sent.count() < MOST_SPANS,
        }
    }

    /// The end of the sent bytes that `at` is among, or the next byte that may be given back.
    fn end_of_sent(&self, at: i64) -> Option<i64> {
        let sent = self.sent.at(at)?;
        let doubtful = self.doubtful.iter().map(|it| it.start);
        let next = doubtful.filter(|start| *start > at).min();
        Some(next.map_or(sent.end, |next| next.min(sent.end)))
    }

    fn allowance_left(&self) -> i64 {
        (allowance(self.size_bytes) - self.repeated_bytes).max(0)
    }

    /// The bytes from `at` on that may be sent, up to `end` and at most `block`: those that nobody has sent or is
    /// about to. Bytes that were sent are sent again if the allowance has room for all of them in a row.
    fn grant(&mut self, at: i64, end: i64, block: i64) -> Option<Span> {
        let reached = end.min(at.saturating_add(block));
        let under_way = |it: &Response| it.from < it.end && it.start <= at && at < it.to;
        let is_under_way = self.responses.iter().any(under_way);
        let granted = match self.end_of_sent(at) {
            None if !is_under_way => {
                Span::new(at, reached.min(self.first_taken(at).unwrap_or(reached)))
            }
            // Never cut.
            _ if !self.limited => Span::new(at, reached),
            Some(sent) if !is_under_way => {
                let run = Span::new(at, end.min(sent));
                if run.size() > self.allowance_left() {
                    return None;
                }
                let repeated = Span::new(at, reached.min(sent));
                self.repeated_bytes += repeated.size();
                repeated
            }
            _ => return None,
        };
        (!granted.is_empty()).then_some(granted)
    }

    /// The first byte after `at` that was sent or that a response may send.
    fn first_taken(&self, at: i64) -> Option<i64> {
        let claims = self.responses.iter().filter(|it| it.from < it.to);
        let claimed = claims.map(|it| it.from).filter(|from| *from > at);
        claimed.chain(self.sent.first_from(at)).min()
    }
}
