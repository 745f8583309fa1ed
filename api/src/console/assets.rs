//! Style sheets, scripts and pictures, under names that change with their bytes: browsers keep each for ever.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use dossier_common::digest::Sha256;
use include_dir::{Dir, include_dir};

use crate::delivery::{Outcome, evaluate};
use crate::problem::Problem;

static SOURCES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/console/assets");

/// By their own names.
static ASSETS: LazyLock<BTreeMap<String, Asset>> = LazyLock::new(|| {
    let files = SOURCES.files();
    let named = files.filter_map(|file| Some((file.path().to_str()?, file.contents())));
    hashed(named.collect())
});

const PREFIX: &str = "/assets/";

/// As long as RFC 9111 asks servers to say at most; and not to be asked for again within that time (RFC 8246).
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

#[derive(Debug)]
struct Asset {
    /// Where it is fetched from.
    address: String,
    /// The text of its entity tag.
    tag: String,
    media_type: &'static str,
    bytes: Bytes,
}

/// Where the asset called `name` is fetched from, if there is one.
pub(super) fn address(name: &str) -> Option<&'static str> {
    ASSETS.get(name).map(|asset| asset.address.as_str())
}

/// `GET /assets/{file}`
pub(super) async fn show_asset(
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = |asset: &&Asset| asset.address.strip_prefix(PREFIX) == Some(file.as_str());
    let asset = ASSETS.values().find(asked).ok_or_else(Problem::not_found)?;
    let tag = HeaderValue::from_str(&asset.tag).map_err(|_| Problem::internal())?;
    let validity = [(header::CACHE_CONTROL, FOR_EVER), (header::ETAG, tag)];
    if evaluate(&headers, &asset.tag) == Outcome::NotModified {
        return Ok((StatusCode::NOT_MODIFIED, validity).into_response());
    }
    let media_type = [(header::CONTENT_TYPE, asset.media_type)];
    Ok((validity, media_type, asset.bytes.clone()).into_response())
}

/// The assets made from `sources`. One that names others, as `./other.js`, comes after them: their names are part of
/// its bytes, so that its own name changes when one of them does.
fn hashed(sources: Vec<(&str, &[u8])>) -> BTreeMap<String, Asset> {
    let names: Vec<&str> = sources.iter().map(|(name, _)| *name).collect();
    let mut assets: BTreeMap<String, Asset> = BTreeMap::new();
    let mut waiting = sources;
    while !waiting.is_empty() {
        let is_ready = |(_, bytes): &(&str, &[u8])| {
            let mut named = names.iter().filter(|name| mentions(bytes, name));
            named.all(|name| assets.contains_key(*name))
        };
        let (ready, others): (Vec<_>, Vec<_>) = waiting.into_iter().partition(is_ready);
        assert!(!ready.is_empty(), "assets name each other in a circle");
        for (name, bytes) in ready {
            let asset = Asset::new(name, rewritten(bytes, &assets));
            assets.insert(name.to_owned(), asset);
        }
        waiting = others;
    }
    assets
}

/// How an asset may name another: as scripts import, and as style sheets load pictures.
fn mentions_of(name: &str) -> [String; 3] {
    [
        format!("\"./{name}\""),
        format!("'./{name}'"),
        format!("(./{name})"),
    ]
}

fn mentions(bytes: &[u8], name: &str) -> bool {
    let text = str::from_utf8(bytes).unwrap_or_default();
    mentions_of(name)
        .iter()
        .any(|mention| text.contains(mention))
}

/// `bytes` with the names of `assets` as they are fetched.
fn rewritten(bytes: &[u8], assets: &BTreeMap<String, Asset>) -> Bytes {
    let Ok(text) = str::from_utf8(bytes) else {
        return Bytes::copy_from_slice(bytes);
    };
    let mut text = text.to_owned();
    for (name, asset) in assets {
        let file = asset.address.strip_prefix(PREFIX).unwrap_or_default();
        for (plain, hashed) in mentions_of(name).iter().zip(mentions_of(file)) {
            text = text.replace(plain, &hashed);
        }
    }
    text.into()
}

impl Asset {
    fn new(name: &str, bytes: Bytes) -> Self {
        let digest = Sha256::of(&bytes).to_string();
        let hash = &digest[..10];
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        Self {
            address: format!("{PREFIX}{stem}.{hash}.{extension}"),
            tag: format!("\"{hash}\""),
            media_type: media_type(extension),
            bytes,
        }
    }
}

fn media_type(extension: &str) -> &'static str {
    match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST_BYTES_OF_FIRST_PAGE: usize = 50 * 1024;

    #[test]
    fn names_change_with_what_assets_say_and_with_what_they_import() {
        let of = |inner: &'static str| {
            let outer: &[u8] = b"import { x } from \"./inner.js\";";
            hashed(vec![("outer.js", outer), ("inner.js", inner.as_bytes())])
        };
        let (one, two) = (of("export const x = 1;"), of("export const x = 2;"));
        assert_ne!(one["inner.js"].address, two["inner.js"].address);
        assert_ne!(one["outer.js"].address, two["outer.js"].address);
        let inner = one["inner.js"].address.replace(PREFIX, "./");
        let outer = format!("import {{ x }} from \"{inner}\";");
        assert_eq!(one["outer.js"].bytes, outer);
    }

    #[test]
    fn every_script_imports_what_there_is() {
        for (name, asset) in ASSETS.iter().filter(|(name, _)| name.ends_with(".js")) {
            let text = str::from_utf8(&asset.bytes).unwrap();
            for import in text.split("from \"").skip(1) {
                let file = import.split('"').next().unwrap().replace("./", PREFIX);
                let is_there = ASSETS.values().any(|asset| asset.address == file);
                assert!(is_there, "{name} imports {file}");
            }
        }
    }

    #[test]
    fn every_kind_of_asset_has_a_media_type() {
        for asset in ASSETS.values() {
            assert_ne!(asset.media_type, media_type(""), "{}", asset.address);
        }
        assert_eq!(address("no-such.css"), None);
    }

    #[test]
    fn what_every_page_loads_is_small() {
        let loaded = ["console.css", "console.js", "logo.svg"];
        let bytes: usize = loaded.iter().map(|name| ASSETS[*name].bytes.len()).sum();
        assert!(bytes < MOST_BYTES_OF_FIRST_PAGE, "{bytes}");
    }
}
