//! Taking the next bytes of an upload: what arrived counts, also if the connection breaks.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, HttpBody};
use bytes::Bytes;
use dossier_common::digest::Sha256;
use dossier_common::id::UploadId;
use dossier_common::upload::{MAX_PARTS, ResumableUpload, UploadPart};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::part::{Part, remove};
use super::refused::Refused;
use crate::extract::Caller;
use crate::problem::{Code, Fails, Problem};
use crate::services::upload::Pace;
use crate::state::AppState;

/// A part ends when it has so many bytes: more are not lost when the process dies.
const PART_BYTES: u64 = 8 * 1024 * 1024;

/// A part ends so long after its first byte, however slowly it arrives.
const PART_AGE: Duration = Duration::from_secs(60);

/// A part ends when nothing has arrived for so long, and it has [`WORTH_KEEPING`] bytes: who has lost the connection asks
/// soon how much has arrived, and the server need not have noticed.
const SILENCE: Duration = Duration::from_secs(1);

/// Fewer bytes are rather sent again than made one of the parts that an upload may have.
const WORTH_KEEPING: u64 = 256 * 1024;

/// What [`append_upload`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct AppendUpload;

impl Fails for AppendUpload {
    fn codes() -> Vec<Code> {
        vec![
            Code::NotFound,
            Code::RequestTimeout,
            Code::Conflict,
            Code::ChecksumMismatch,
            Code::PayloadTooLarge,
            Code::StorageFull,
        ]
    }
}

/// Adds the bytes of `body` to an upload of the caller, from `offset` on. With a `checksum` all of them count
/// or none does; without one those that arrived count, whatever becomes of the rest.
///
/// # Errors
///
/// [`Refused`] when the upload is not there or somewhere else, another request goes on with it, or not all
/// bytes have arrived.
pub async fn append_upload(
    state: &AppState,
    caller: &Caller,
    id: UploadId,
    offset: u64,
    (body, checksum): (Body, Option<Sha256>),
) -> Result<ResumableUpload, Refused> {
    let (store, owner) = (&state.store, caller.user_id);
    // A request that is too long does not take the upload from the one that goes on with it.
    let found = store.find_upload(id, owner).await?;
    fits(&found.ok_or_else(Problem::not_found)?, offset, &body)?;
    let writer = state.entropy.ulid(state.clock.now()).to_string();
    let Some(upload) = store.take_upload(id, owner, offset, &writer).await? else {
        let found = store.find_upload(id, owner).await?;
        let upload = found.ok_or_else(Problem::not_found)?;
        if upload.offset() != offset || !upload.is_whole() {
            return Err(Refused::not_at(upload.offset()));
        }
        // The same request once more, whose answer was lost: nothing is left to send.
        return Ok(upload);
    };
    let mut appending = Appending {
        state,
        upload,
        writer,
        part: None,
        checksum,
    };
    let taken = appending.take(body).await;
    let kept = appending.finish(taken.is_ok()).await;
    let Appending {
        mut upload, writer, ..
    } = appending;
    let left = store.leave_upload(id, &writer).await;
    // Why the bytes did not all arrive says more than what became of the last ones.
    if let Err(refused) = taken.and(kept) {
        let is_gone = matches!(left, Ok(None)) && store.find_upload(id, owner).await?.is_none();
        return Err(match is_gone {
            true => Problem::not_found().into(),
            false => refused.now_at(upload.offset()),
        });
    }
    // Parts have moved the expiry, by the server's clock.
    if let Some(now) = left? {
        upload.expires_at = now.expires_at;
    }
    Ok(upload)
}

/// What came of waiting for bytes.
enum Arrival {
    Piece(Bytes),
    Silence,
    End,
    Broken(Problem),
}

/// A request that adds to an upload.
struct Appending<'s> {
    state: &'s AppState,
    upload: ResumableUpload,
    writer: String,
    part: Option<Part>,
    checksum: Option<Sha256>,
}

impl Appending<'_> {
    /// Takes bytes until there are no more.
    async fn take(&mut self, body: Body) -> Result<(), Refused> {
        let (mut pieces, mut arrived) = (body.into_data_stream(), 0);
        let mut pace = Pace::begin_adding(&self.state.limits);
        loop {
            let silence = self.longest_silence();
            match next_piece(self.state, &mut pieces, (&mut pace, arrived), silence).await {
                Arrival::Piece(piece) if piece.is_empty() => {}
                Arrival::Piece(piece) => {
                    arrived += piece.len() as u64;
                    self.write(piece).await?;
                }
                Arrival::Silence => self.record().await?,
                Arrival::End => return Ok(()),
                Arrival::Broken(problem) => return Err(problem.into()),
            }
        }
    }

    /// For how long nothing may arrive before what is here is made to count.
    fn longest_silence(&self) -> Duration {
        let may_count = self.checksum.is_none();
        let part = self.part.as_ref().filter(|_| may_count);
        match part.is_some_and(|it| it.size_bytes() >= WORTH_KEEPING) {
            true => SILENCE,
            false => Duration::MAX,
        }
    }

    async fn write(&mut self, piece: Bytes) -> Result<(), Refused> {
        let written = self.part.as_ref().map_or(0, Part::size_bytes);
        if self.upload.offset() + written + piece.len() as u64 > self.upload.length() {
            return Err(too_long(&self.upload));
        }
        let mut part = match self.part.take() {
            Some(part) => part,
            None => self.begin_part().await?,
        };
        let goes_on = part.write(self.state, piece).await;
        let is_full =
            self.checksum.is_none() && (part.size_bytes() >= PART_BYTES || part.age() >= PART_AGE);
        self.part = Some(part);
        if !goes_on? || is_full {
            return self.record().await;
        }
        Ok(())
    }

    async fn begin_part(&self) -> Result<Part, Refused> {
        if self.upload.parts.len() >= MAX_PARTS {
            let detail = format!(
                "An upload arrives in at most {MAX_PARTS} parts. Please begin it again, and send more at a time."
            );
            return Err(Refused::new(Code::PayloadTooLarge, detail));
        }
        let begun = Part::begin(self.state, self.upload.owner_id).await;
        begun.map_err(Refused::from)
    }

    /// Ends the last part: it counts, unless it has a checksum that does not hold.
    async fn finish(&mut self, is_whole: bool) -> Result<(), Refused> {
        match (self.checksum, self.part.take()) {
            // Without all of them nobody knows whether they are the right ones.
            (Some(_), Some(part)) if !is_whole => {
                part.discard(self.state).await;
                Ok(())
            }
            (Some(expected), None) if is_whole && expected != Sha256::of(b"") => {
                Err(mismatch(&self.upload))
            }
            (_, Some(part)) => {
                self.part = Some(part);
                self.record().await
            }
            (_, None) => Ok(()),
        }
    }

    /// Adds the part to the upload, if its checksum holds and no other request goes on with the upload.
    async fn record(&mut self) -> Result<(), Refused> {
        let Some(part) = self.part.take() else {
            return Ok(());
        };
        let blob = part.finish(self.state).await?;
        if self
            .checksum
            .is_some_and(|expected| expected != blob.sha256)
        {
            remove(self.state, blob.id).await;
            return Err(mismatch(&self.upload));
        }
        let part = UploadPart {
            blob_id: blob.id,
            size_bytes: i64::try_from(blob.size_bytes).unwrap_or(i64::MAX),
        };
        let kept_for = self.state.limits.upload_expiry;
        let store = &self.state.store;
        let recorded = store.record_part(&self.upload, &self.writer, part, kept_for);
        if let Err(error) = recorded.await {
            // Whether a failed commit took place may be unknown; the bytes stay if it did.
            remove(self.state, blob.id).await;
            return Err(error.into());
        }
        self.upload.offset_bytes += part.size_bytes;
        self.upload.parts.push(part);
        Ok(())
    }
}

/// The next bytes after the `arrived` ones of this request, unless there is `silence`, the client is too slow, or the
/// process has to end.
async fn next_piece(
    state: &AppState,
    pieces: &mut BodyDataStream,
    (pace, arrived): (&mut Pace, u64),
    silence: Duration,
) -> Arrival {
    tokio::select! {
        biased;
        () = state.draining.giving_up() => Arrival::Broken(Problem::unavailable(
            "This server is shutting down. Please ask where the upload is, and go on there.",
        ).closing_connection()),
        next = pace.wait(arrived, timeout(silence, pieces.next())) => match next {
            Ok(Ok(Some(Ok(piece)))) => Arrival::Piece(piece),
            Ok(Err(_)) => Arrival::Silence,
            Ok(Ok(None)) => Arrival::End,
            Ok(Ok(Some(Err(_)))) => Arrival::Broken(Problem::new(
                Code::BadRequest,
                "The body broke off. Please ask where the upload is, and go on there.",
            )),
            Err(slow) => Arrival::Broken(slow),
        },
    }
}

/// Whether a body that begins at `offset` and says its length does not go beyond the end.
fn fits(upload: &ResumableUpload, offset: u64, body: &Body) -> Result<(), Refused> {
    let end = offset.saturating_add(body.size_hint().lower());
    match offset == upload.offset() && end > upload.length() {
        true => Err(too_long(upload)),
        false => Ok(()),
    }
}

fn too_long(upload: &ResumableUpload) -> Refused {
    let detail = format!(
        "The upload has {} bytes by its Upload-Length. Please send none beyond.",
        upload.length()
    );
    let problem = Problem::new(Code::PayloadTooLarge, detail).closing_connection();
    Refused::from(problem).at(upload.offset())
}

fn mismatch(upload: &ResumableUpload) -> Refused {
    let detail = "The bytes that arrived are not the ones Upload-Checksum speaks of, and none of them counts. Please send them again.";
    Refused::new(Code::ChecksumMismatch, detail).at(upload.offset())
}
