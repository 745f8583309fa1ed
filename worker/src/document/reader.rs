//! Reading the parts of an archive, one after the other.

use super::archive::{Body, Entry, Inflater};
use super::limits::Limits;
use super::stop::Stop;
use super::window::{WINDOW_BYTES, Window};
use super::xml::{Decoder, Scanner, Visitor};

/// Everything needed to read a part, kept from part to part.
pub(super) struct PartReader<'r, 'w> {
    window: &'r mut Window<'w>,
    limits: &'r Limits,
    inflater: Inflater,
    scanner: Scanner,
    scratch: Vec<u8>,
}

impl<'r, 'w> PartReader<'r, 'w> {
    pub(super) fn new(window: &'r mut Window<'w>, limits: &'r Limits) -> Self {
        let scratch = vec![0; WINDOW_BYTES];
        Self {
            window,
            limits,
            inflater: Inflater::new(),
            scanner: Scanner::default(),
            scratch,
        }
    }

    /// The limits in force.
    pub(super) fn limits(&self) -> &'r Limits {
        self.limits
    }

    /// Reads a part as XML. Damage to the part's bytes counts more than what is wrong with its XML.
    pub(super) fn scan(&mut self, entry: &Entry, visitor: &mut impl Visitor) -> Result<(), Stop> {
        let (limits, scanner) = (self.limits, &mut self.scanner);
        let mut body = Body::new(self.window, &mut self.inflater, entry);
        let outcome = Decoder::new(&mut body, limits.xml_token_bytes)
            .and_then(|decoder| scanner.scan(decoder, limits, visitor));
        to_the_end(outcome, &mut body, &mut self.scratch)
    }

    /// Reads a part as XML, unless it begins as an archive: then it is only read for its sums. Answers
    /// whether it was XML.
    pub(super) fn scan_unless_archive(
        &mut self,
        entry: &Entry,
        visitor: &mut impl Visitor,
    ) -> Result<bool, Stop> {
        let (limits, scanner) = (self.limits, &mut self.scanner);
        let mut body = Body::new(self.window, &mut self.inflater, entry);
        let mut is_xml = true;
        let outcome = Decoder::new(&mut body, limits.xml_token_bytes).and_then(|decoder| {
            is_xml = !decoder.begins_with(b"PK\x03\x04");
            if is_xml {
                scanner.scan(decoder, limits, visitor)
            } else {
                Ok(())
            }
        });
        to_the_end(outcome, &mut body, &mut self.scratch)?;
        if !is_xml {
            body.drain(&mut self.scratch)?;
        }
        Ok(is_xml)
    }

    /// Reads a part as text, giving `sink` each piece until it objects.
    pub(super) fn text(
        &mut self,
        entry: &Entry,
        sink: impl FnMut(&[u8]) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let mut body = Body::new(self.window, &mut self.inflater, entry);
        let outcome =
            Decoder::new(&mut body, usize::MAX).and_then(|decoder| decoder.for_each(sink));
        to_the_end(outcome, &mut body, &mut self.scratch)
    }

    /// Reads a part as bytes, for its sums, and returns the first few.
    pub(super) fn bytes(&mut self, entry: &Entry) -> Result<Vec<u8>, Stop> {
        let mut body = Body::new(self.window, &mut self.inflater, entry);
        let head = body.head(&mut self.scratch)?;
        body.drain(&mut self.scratch)?;
        Ok(head)
    }

    /// The first few bytes of a part, without reading on.
    pub(super) fn head(&mut self, entry: &Entry) -> Result<Vec<u8>, Stop> {
        Body::new(self.window, &mut self.inflater, entry).head(&mut self.scratch)
    }
}

/// Reads what an early end left over: a wrong sum outranks whatever ended the reading.
fn to_the_end(
    outcome: Result<(), Stop>,
    body: &mut Body<'_, '_>,
    scratch: &mut [u8],
) -> Result<(), Stop> {
    if let Err(Stop::Reject(finding)) = &outcome
        && finding.reason.rank() > super::reason::Reason::ZipAmbiguous.rank()
    {
        body.drain(scratch)?;
    }
    outcome
}
