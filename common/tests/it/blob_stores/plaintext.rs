//! Nothing of a sealed document is stored as it is.

use std::collections::HashSet;

use bytes::Bytes;

use super::cases::{new_id, store};
use super::subjects::Subject;

/// So many bytes in a row are no coincidence.
const WINDOW: usize = 12;

/// A real document: a package of compressed parts, whose names and directory are not compressed.
const DOCUMENT: &[u8] = include_bytes!("../../../../fixtures/report.docx");

/// Every run of bytes that is stored.
fn windows(raw: &[Vec<u8>]) -> HashSet<&[u8]> {
    raw.iter().flat_map(|bytes| bytes.windows(WINDOW)).collect()
}

/// Text that is not compressed, over more than one segment.
fn text() -> Bytes {
    (0..20_000)
        .flat_map(|line| format!("secret line {line}\n").into_bytes())
        .collect()
}

#[tokio::test]
async fn no_byte_of_a_sealed_document_is_found_in_what_is_stored() {
    for subject in Subject::all().await {
        let documents = [Bytes::from_static(DOCUMENT), text()];
        for document in &documents {
            store(&subject.store, new_id(&subject.entropy), document).await;
        }
        let raw = subject.raw().await;
        let stored = windows(&raw);
        let is_sealed = subject.store.blob_settings().keys.is_some();
        for document in &documents {
            let found = document.windows(WINDOW).filter(|run| stored.contains(run));
            let found = found.count();
            // Unsealed they are there: the search finds what there is to find.
            assert_eq!(found > 0, !is_sealed, "{}: {found}", subject.name);
        }
    }
}
