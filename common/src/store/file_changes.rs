//! What is changed of documents that are there already.

use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::options::ReturnDocument;

use super::files::FileScope;
use super::{StoreError, Tx};
use crate::file::File;
use crate::file_name::FileName;

/// What is changed of a document; what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileChange {
    /// What it is called.
    pub name: Option<FileName>,
    /// Whom it is meant for: addresses, as they are compared, and ids of groups; `Some(None)` for everybody.
    pub recipients: Option<Option<Vec<String>>>,
    /// From when on clients do not see it any more; `Some(None)` for never.
    pub expires_at: Option<Option<DateTime>>,
}

impl FileChange {
    /// The same without what is so already.
    #[must_use]
    pub fn beyond(self, file: &File) -> Self {
        Self {
            name: self.name.filter(|it| *it != file.name),
            recipients: self.recipients.filter(|it| *it != file.recipients),
            expires_at: self.expires_at.filter(|it| *it != file.expires_at),
        }
    }

    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn fields(&self) -> Document {
        let mut fields = Document::new();
        if let Some(name) = &self.name {
            fields.insert("name", name.as_str());
        }
        if let Some(recipients) = &self.recipients {
            fields.insert(
                "recipients",
                recipients.clone().map_or(Bson::Null, Bson::from),
            );
        }
        if let Some(expires_at) = self.expires_at {
            let expires_at = expires_at.map_or(Bson::Null, Bson::DateTime);
            fields.insert("expires_at", expires_at);
        }
        fields
    }
}

impl Tx<'_> {
    /// Changes `file`, which `scope` shows, as long as nobody changed it since it was read; the document as it is
    /// then, or `None` when somebody did or it is gone.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownGroup`] when it shall be meant for a group that is gone; [`StoreError::Database`].
    pub async fn change_file(
        &mut self,
        file: &File,
        scope: &FileScope,
        change: &FileChange,
    ) -> Result<Option<File>, StoreError> {
        if let Some(Some(recipients)) = &change.recipients {
            self.hold_groups(recipients).await?;
        }
        let mut unchanged = scope.filter();
        unchanged.insert("_id", file.id);
        unchanged.insert("version", version(file));
        self.store
            .collections
            .files
            .find_one_and_update(
                unchanged,
                doc! { "$set": change.fields(), "$inc": { "version": 1_i64 } },
            )
            .return_document(ReturnDocument::After)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("change a file"))
    }
}

/// The version of `file` as a filter: what was stored before there were versions has none.
fn version(file: &File) -> Bson {
    match file.version {
        0 => Bson::Document(doc! { "$in": [0_i64, Bson::Null] }),
        version => Bson::Int64(version),
    }
}
