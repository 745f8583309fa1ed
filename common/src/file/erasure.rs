//! Which bytes of a document go when the time of an [`Erasure`] has come.

use mongodb::bson::DateTime;

use super::{File, FileState};
use crate::id::BlobId;

/// What was said of a document at an earlier time, and because of which bytes of it are to be removed. It holds as
/// long as the document still says so: one that was restored, replaced or given more time keeps its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// It was withdrawn, and could be restored until this time: all of its bytes go.
    Withdrawn(DateTime),
    /// It expired at this time: all of its bytes go.
    Expired(DateTime),
    /// It, or a replacement of it, was rejected at this time: the rejected bytes go.
    Rejected(DateTime),
    /// These bytes are of an earlier version.
    Replaced(BlobId),
}

/// Bytes that are to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErasedBlob {
    /// Which bytes.
    pub blob_id: BlobId,
    /// How many.
    pub size_bytes: i64,
    /// Whether this was said before: then they are counted no more, and may be there still.
    pub was_erased: bool,
}

impl File {
    /// Marks the bytes that `erasure` means as removed at `now`; which those are, the ones that were marked before
    /// included.
    pub fn erase(&mut self, erasure: Erasure, now: DateTime) -> Vec<ErasedBlob> {
        let all = match erasure {
            Erasure::Withdrawn(until) => self
                .withdrawn
                .as_ref()
                .is_some_and(|it| it.restorable_until == until && until <= now),
            Erasure::Expired(at) => self.expires_at == Some(at) && at <= now,
            Erasure::Rejected(_) | Erasure::Replaced(_) => false,
        };
        let was_rejected_at = |at: Option<DateTime>| match erasure {
            Erasure::Rejected(then) => at == Some(then),
            _ => false,
        };
        let mut erased = Vec::new();
        let is_rejected = self.state == FileState::Rejected && was_rejected_at(self.validated_at);
        if all || is_rejected {
            let blob = (self.blob_id, self.size_bytes);
            erased.push(mark(blob, &mut self.bytes_removed_at, now));
        }
        for version in &mut self.earlier {
            if all || erasure == Erasure::Replaced(version.blob_id) {
                let blob = (version.blob_id, version.size_bytes);
                erased.push(mark(blob, &mut version.bytes_removed_at, now));
            }
        }
        if let Some(replacement) = &mut self.replacement
            && (all || was_rejected_at(replacement.rejected_at))
        {
            let blob = (replacement.blob_id, replacement.size_bytes);
            erased.push(mark(blob, &mut replacement.bytes_removed_at, now));
        }
        erased
    }
}

fn mark(
    (blob_id, size_bytes): (BlobId, i64),
    removed_at: &mut Option<DateTime>,
    now: DateTime,
) -> ErasedBlob {
    let was_erased = removed_at.is_some();
    removed_at.get_or_insert(now);
    ErasedBlob {
        blob_id,
        size_bytes,
        was_erased,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Sha256;
    use crate::entropy::Entropy;
    use crate::file::{EarlierVersion, Replacement, Withdrawal};
    use crate::file_name::FileName;
    use crate::id::{FileId, JobId, UserId};

    fn at(millis: i64) -> DateTime {
        DateTime::from_millis(millis)
    }

    /// A document with an earlier version and a rejected replacement.
    fn file() -> File {
        let (entropy, sha256) = (Entropy::seeded(3), Sha256::of(b"bytes"));
        let blob = || BlobId::generate(&entropy, at(1));
        let job_id = JobId::generate(&entropy, at(1));
        let name = FileName::sanitise("report.docx");
        File {
            id: FileId::generate(&entropy, at(1)),
            owner_id: UserId::generate(&entropy, at(1)),
            name: name.clone(),
            size_bytes: 1,
            sha256,
            blob_id: blob(),
            state: FileState::Available,
            kind: None,
            rejection: None,
            inspection: None,
            revalidation: None,
            recipients: None,
            version: 0,
            job_id,
            created_at: at(1),
            validated_at: Some(at(5)),
            expires_at: None,
            withdrawn: None,
            earlier: vec![EarlierVersion {
                blob_id: blob(),
                sha256,
                size_bytes: 10,
                name: name.clone(),
                kind: None,
                replaced_at: at(5),
                bytes_removed_at: None,
            }],
            replacement: Some(Replacement {
                blob_id: blob(),
                sha256,
                size_bytes: 100,
                name,
                job_id,
                created_at: at(6),
                rejection: None,
                rejected_at: Some(at(7)),
                bytes_removed_at: None,
            }),
            bytes_removed_at: None,
        }
    }

    fn sizes(file: &mut File, erasure: Erasure, now: DateTime) -> Vec<i64> {
        let erased = file.erase(erasure, now).into_iter();
        erased.map(|it| it.size_bytes).collect()
    }

    #[test]
    fn a_withdrawn_document_loses_all_bytes_once_nobody_can_restore_it_and_not_before() {
        let mut file = file();
        let withdrawn = Erasure::Withdrawn(at(50));
        assert!(file.erase(withdrawn, at(60)).is_empty(), "it was restored");
        let by = file.owner_id;
        let withdrawal = |until| Withdrawal {
            at: at(8),
            by,
            restorable_until: at(until),
        };
        file.withdrawn = Some(withdrawal(70));
        assert!(file.erase(withdrawn, at(60)).is_empty(), "withdrawn again");
        file.withdrawn = Some(withdrawal(50));
        assert!(file.erase(withdrawn, at(49)).is_empty(), "too early");
        assert_eq!(sizes(&mut file, withdrawn, at(50)), [1, 10, 100]);
        assert_eq!(file.bytes_removed_at, Some(at(50)));
        let again = file.erase(withdrawn, at(51));
        assert!(again.iter().all(|it| it.was_erased) && again.len() == 3);
        assert_eq!(file.bytes_removed_at, Some(at(50)));
    }

    #[test]
    fn of_a_document_in_use_only_rejected_and_earlier_bytes_go() {
        let mut file = file();
        let earlier = file.earlier[0].blob_id;
        let in_use = Erasure::Replaced(file.blob_id);
        assert!(file.erase(in_use, at(9)).is_empty());
        let verdict = Erasure::Rejected(at(5));
        assert!(file.erase(verdict, at(9)).is_empty(), "it is available");
        assert_eq!(sizes(&mut file, Erasure::Rejected(at(7)), at(9)), [100]);
        assert_eq!(sizes(&mut file, Erasure::Replaced(earlier), at(9)), [10]);
        file.state = FileState::Rejected;
        assert_eq!(sizes(&mut file, verdict, at(9)), [1]);
    }

    #[test]
    fn an_expired_document_keeps_its_bytes_when_it_was_given_more_time() {
        let mut file = file();
        file.expires_at = Some(at(20));
        assert!(file.erase(Erasure::Expired(at(10)), at(30)).is_empty());
        assert_eq!(sizes(&mut file, Erasure::Expired(at(20)), at(30)).len(), 3);
    }
}
