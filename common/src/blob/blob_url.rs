//! The address of a store of bytes.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::Url;

/// Why a text is no address of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be file:///an/absolute/directory, s3://bucket/prefix, gs://bucket/prefix or az://container/prefix, without \
     credentials, which come from the store's own variables"
)]
pub struct ParseBlobUrlError;

/// The address of a store of bytes beside the database: a local directory, or a bucket. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct BlobUrl(Url);

impl BlobUrl {
    /// The address itself.
    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// The directory, where it is a local one.
    pub fn directory(&self) -> Option<PathBuf> {
        let is_local = self.0.scheme() == "file";
        is_local.then(|| self.0.to_file_path().ok()).flatten()
    }
}

impl fmt::Display for BlobUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl FromStr for BlobUrl {
    type Err = ParseBlobUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut url = Url::parse(text).map_err(|_| ParseBlobUrlError)?;
        let is_plain = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let is_place = match url.scheme() {
            "file" => {
                let absolute = url.to_file_path().is_ok_and(|path| path.is_absolute());
                url.host().is_none() && absolute && url.path() != "/"
            }
            "s3" | "gs" | "az" => url.host_str().is_some_and(|bucket| !bucket.is_empty()),
            _ => false,
        };
        if !is_plain || !is_place {
            return Err(ParseBlobUrlError);
        }
        // One place has one spelling.
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }
}

impl TryFrom<String> for BlobUrl {
    type Error = ParseBlobUrlError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<BlobUrl> for String {
    fn from(url: BlobUrl) -> Self {
        url.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_directory_or_a_bucket_and_nothing_secret() {
        for good in [
            "file:///var/lib/dossier",
            "s3://documents",
            "s3://documents/a/b",
            "gs://documents",
            "az://documents/a",
        ] {
            let url: BlobUrl = good.parse().expect(good);
            assert_eq!(url.to_string().trim_end_matches('/'), good);
            assert_eq!(format!("{good}/").parse(), Ok(url));
        }
        let local: BlobUrl = "file:///var/lib/dossier".parse().expect("good");
        assert_eq!(local.directory(), Some("/var/lib/dossier".into()));
        for wrong in [
            "",
            "/var/lib/dossier",
            "file:///",
            "file://host/share",
            "s3://",
            "s3://key:secret@documents",
            "az://documents?sig=secret",
            "https://documents.example.com",
            "memory:///",
        ] {
            assert_eq!(wrong.parse::<BlobUrl>(), Err(ParseBlobUrlError), "{wrong}");
        }
    }
}
