//! Parts in another format that are merged on opening: rich text and web pages.

use crate::document::archive::Entry;
use crate::document::flag::Flag;
use crate::document::watch::Watch;

use super::mail_page::MailPage;
use super::page::Page;
use super::rich_text::RichText;

/// How much of the part tells its format.
const HEAD_BYTES: usize = 64;

/// Looks at such a part, which comes in pieces.
#[derive(Default)]
pub(super) struct Chunk {
    /// The beginning without white space, until it tells the format.
    head: Vec<u8>,
    format: Format,
}

#[derive(Default)]
enum Format {
    #[default]
    Unknown,
    Archive,
    RichText(Box<RichText>),
    Page(Box<Page>),
    MailPage(Box<MailPage>),
}

impl Chunk {
    /// Looks at the next piece.
    pub(super) fn look(&mut self, piece: &[u8]) {
        if !matches!(self.format, Format::Unknown) {
            return self.format.read(piece);
        }
        let piece = if self.head.is_empty() {
            piece.trim_ascii_start()
        } else {
            piece
        };
        self.head.extend_from_slice(piece);
        if self.head.len() >= HEAD_BYTES {
            self.tell_format();
        }
    }

    fn tell_format(&mut self) {
        let head = std::mem::take(&mut self.head);
        self.format = if head.starts_with(b"PK\x03\x04") {
            Format::Archive
        } else if head.starts_with(b"{\\rt") {
            Format::RichText(Box::default())
        } else if MailPage::begins_with(&head) {
            Format::MailPage(Box::default())
        } else {
            Format::Page(Box::default())
        };
        self.format.read(&head);
    }

    /// How often each byte is looked at.
    pub(super) fn readings(&self) -> usize {
        if matches!(self.format, Format::MailPage(_)) {
            3
        } else {
            1
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
    pub(super) fn finish(mut self, entry: &Entry, watch: &mut Watch<'_>) {
        if !self.head.is_empty() {
            self.tell_format();
        }
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
            Format::Page(page) => tell_page(page.share(), watch, detail),
            Format::MailPage(page) => tell_page(page.share(), watch, detail),
        }
    }
}

impl Format {
    fn read(&mut self, piece: &[u8]) {
        match self {
            Self::RichText(text) => text.read(piece),
            Self::Page(page) => page.read(piece),
            Self::MailPage(page) => page.read(piece),
            Self::Unknown | Self::Archive => {}
        }
    }
}

fn tell_page(share: Option<String>, watch: &mut Watch<'_>, detail: impl Fn() -> String) {
    watch.observe(Flag::AlternativeFormat, "", &detail);
    if let Some(host) = share {
        watch.observe(Flag::RemoteContent, &host, detail);
    }
}
