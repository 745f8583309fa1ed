//! The database that operators' commands work on.

use dossier_common::config::DatabaseSettings;
use dossier_common::queue::QueueSettings;
use dossier_common::store::Store;

/// Connects as `application`, once the database can be worked with.
pub(super) async fn connect(
    settings: &DatabaseSettings,
    application: &str,
) -> anyhow::Result<Store> {
    Ok(Store::open(settings.uri(), application, &QueueSettings::default()).await?)
}
