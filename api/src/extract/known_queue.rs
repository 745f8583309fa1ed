//! The name of a queue, in an address or in a body.

use dossier_common::store::{Store, StoreError};

use crate::problem::FieldError;

/// The name of a queue that this version or the database knows; another one is added to `errors`.
pub(super) async fn known_queue(
    store: &Store,
    errors: &mut Vec<FieldError>,
    name: Option<String>,
) -> Result<Option<String>, StoreError> {
    let Some(name) = name else {
        return Ok(None);
    };
    if store.has_queue(&name).await? {
        return Ok(Some(name));
    }
    errors.push(FieldError::new("queue", "must be the name of a queue"));
    Ok(None)
}
