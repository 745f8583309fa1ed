//! Buckets, with the credentials that their own variables give: those that begin with `AWS_`, `GOOGLE_` or
//! `AZURE_`.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ClientConfigKey, ObjectStore, ObjectStoreScheme, RetryConfig};

use crate::blob::BlobUrl;

/// What is held of an object that is being written: the smallest part that every service takes.
pub(super) const PART_BYTES: usize = 5 * 1024 * 1024;

/// How long a service may take to accept a connection, how long it may be silent, and how long a request may
/// take with the body of its answer, which is as slow as the client that reads it.
const LIMITS: [(ClientConfigKey, &str); 3] = [
    (ClientConfigKey::ConnectTimeout, "5 seconds"),
    (ClientConfigKey::ReadTimeout, "20 seconds"),
    (ClientConfigKey::Timeout, "1 day"),
];

/// How long a request is repeated that a service refuses for the moment.
const RETRY_LIMIT: Duration = Duration::from_secs(15);

/// How often it is.
const MAX_RETRIES: usize = 3;

/// The bucket and the prefix in it that `url` names.
pub(super) fn open(url: &BlobUrl) -> io::Result<Arc<dyn ObjectStore>> {
    let (scheme, prefix) = ObjectStoreScheme::parse(url.as_url()).map_err(io::Error::other)?;
    let (text, retry) = (url.to_string(), retries());
    Ok(match scheme {
        ObjectStoreScheme::AmazonS3 => {
            let builder = AmazonS3Builder::from_env().with_url(text).with_retry(retry);
            let builder = LIMITS.into_iter().fold(builder, |builder, (key, limit)| {
                builder.with_config(AmazonS3ConfigKey::Client(key), limit)
            });
            within(builder.build()?, prefix)
        }
        ObjectStoreScheme::GoogleCloudStorage => {
            let builder = GoogleCloudStorageBuilder::from_env();
            let builder = builder.with_url(text).with_retry(retry);
            let builder = LIMITS.into_iter().fold(builder, |builder, (key, limit)| {
                builder.with_config(GoogleConfigKey::Client(key), limit)
            });
            within(builder.build()?, prefix)
        }
        ObjectStoreScheme::MicrosoftAzure => {
            let builder = MicrosoftAzureBuilder::from_env();
            let builder = builder.with_url(text).with_retry(retry);
            let builder = LIMITS.into_iter().fold(builder, |builder, (key, limit)| {
                builder.with_config(AzureConfigKey::Client(key), limit)
            });
            within(builder.build()?, prefix)
        }
        _ => return Err(io::Error::other(format!("{url}: no service of buckets"))),
    })
}

fn within(bucket: impl ObjectStore, prefix: Path) -> Arc<dyn ObjectStore> {
    Arc::new(PrefixStore::new(bucket, prefix))
}

fn retries() -> RetryConfig {
    RetryConfig {
        max_retries: MAX_RETRIES,
        retry_timeout: RETRY_LIMIT,
        ..RetryConfig::default()
    }
}
