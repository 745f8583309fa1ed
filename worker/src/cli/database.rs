//! The database that operators' commands work on.

use anyhow::Context;
use dossier_common::config::DatabaseSettings;
use dossier_common::queue::QueueSettings;
use dossier_common::store::Store;

/// Connects as `application`, once the database can be worked with.
pub(super) async fn connect(
    settings: &DatabaseSettings,
    application: &str,
) -> anyhow::Result<Store> {
    let store = Store::connect(settings.uri(), application, &QueueSettings::default()).await?;
    store
        .wait_for_schema()
        .await
        .context("look at the database")?;
    Ok(store)
}
