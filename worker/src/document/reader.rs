//! Reading the parts of an archive, one after the other.

use super::archive::{Body, Entry, Inflater};
use super::limits::Limits;
use super::steps::{Step, Steps};
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

    /// What the inspection has done so far.
    pub(super) fn steps(&self) -> &'w Steps {
        self.window.steps()
    }

    /// Reads a part as XML.
    pub(super) fn scan(&mut self, entry: &Entry, visitor: &mut impl Visitor) -> Result<(), Stop> {
        let limits = self.limits;
        self.read(entry, |body, scanner| {
            let decoder = Decoder::new(body)?;
            scanner.scan(decoder, limits, visitor)
        })
    }

    /// Reads a part as XML, unless it begins as an archive: then it is only read for its sums. Answers
    /// whether it was XML.
    pub(super) fn scan_unless_archive(
        &mut self,
        entry: &Entry,
        visitor: &mut impl Visitor,
    ) -> Result<bool, Stop> {
        let limits = self.limits;
        self.read(entry, |body, scanner| {
            let decoder = Decoder::new(body)?;
            let is_xml = !decoder.begins_with(b"PK\x03\x04");
            if is_xml {
                scanner.scan(decoder, limits, visitor)?;
            }
            Ok(is_xml)
        })
    }

    /// Reads a part as text, giving `sink` each piece until it objects.
    pub(super) fn text(
        &mut self,
        entry: &Entry,
        sink: impl FnMut(&[u8]) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        self.read(entry, |body, _| Decoder::new(body)?.for_each(sink))
    }

    /// Reads a part as bytes, giving `sink` each piece.
    pub(super) fn bytes(&mut self, entry: &Entry, mut sink: impl FnMut(&[u8])) -> Result<(), Stop> {
        let mut scratch = std::mem::take(&mut self.scratch);
        let outcome = self.read(entry, |body, _| {
            loop {
                match body.read(&mut scratch)? {
                    0 => return Ok(()),
                    count => sink(&scratch[..count]),
                }
            }
        });
        self.scratch = scratch;
        outcome
    }

    /// The first few bytes of a part, without reading on.
    pub(super) fn head(&mut self, entry: &Entry) -> Result<Vec<u8>, Stop> {
        self.steps().count(Step::Part, 1)?;
        Body::new(self.window, &mut self.inflater, entry).head()
    }

    /// Reads a part whole, whatever `reading` leaves. A wrong sum counts more than what is wrong with the
    /// content.
    fn read<T>(
        &mut self,
        entry: &Entry,
        reading: impl FnOnce(&mut Body<'_, 'w>, &mut Scanner) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        self.steps().count(Step::Part, 1)?;
        let mut body = Body::new(self.window, &mut self.inflater, entry);
        let outcome = reading(&mut body, &mut self.scanner);
        body.drain(&mut self.scratch)
            .and(outcome)
            .map_err(|stop| stop.within(&entry.quoted(), entry.shown()))
    }
}
