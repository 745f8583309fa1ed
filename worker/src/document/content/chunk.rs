//! Parts in another format that are merged on opening: rich text and web pages.

use crate::document::archive::Entry;
use crate::document::flag::Flag;
use crate::document::watch::Watch;

use super::page::Page;
use super::rich_text::RichText;

/// Looks at such a part, which comes in pieces.
#[derive(Default)]
pub(super) struct Chunk {
    format: Format,
}

#[derive(Default)]
enum Format {
    #[default]
    Unknown,
    Archive,
    RichText(Box<RichText>),
    Page(Box<Page>),
}

impl Chunk {
    /// Looks at the next piece; the first one tells the format.
    pub(super) fn look(&mut self, piece: &[u8]) {
        if matches!(self.format, Format::Unknown) {
            self.format = match piece.trim_ascii_start() {
                rest if rest.starts_with(b"PK\x03\x04") => Format::Archive,
                rest if rest.starts_with(b"{\\rt") => Format::RichText(Box::default()),
                _ => Format::Page(Box::default()),
            };
        }
        match &mut self.format {
            Format::RichText(text) => text.read(piece),
            Format::Page(page) => page.read(piece),
            Format::Unknown | Format::Archive => {}
        }
    }

    /// How many sources of fields were looked at since this was asked last.
    pub(super) fn take_examined(&mut self) -> usize {
        match &mut self.format {
            Format::RichText(text) => text.take_examined(),
            _ => 0,
        }
    }

    /// Tells what was found.
    pub(super) fn finish(self, entry: &Entry, watch: &mut Watch<'_>) {
        let detail = || format!("chunk {}", entry.quoted());
        match self.format {
            Format::Unknown => {}
            Format::Archive => watch.observe(Flag::EmbeddedDocument, "", detail),
            Format::RichText(mut text) => {
                text.finish();
                watch.observe(Flag::AlternativeFormat, "", detail);
                if text.found_dde() {
                    watch.observe(Flag::DdeLink, "", detail);
                }
                if text.found_object() {
                    watch.observe(Flag::ForeignObject, "", detail);
                }
                if let Some(host) = text.remote() {
                    watch.observe(Flag::RemoteField, &host, detail);
                }
            }
            Format::Page(page) => {
                watch.observe(Flag::AlternativeFormat, "", detail);
                if let Some(host) = page.share() {
                    watch.observe(Flag::RemoteContent, &host, detail);
                }
            }
        }
    }
}
