//! The filters of a list, as a form sends them: fields that were left empty are there, too.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use url::form_urlencoded;

use crate::problem::Problem;
use crate::state::AppState;

/// What the address asks for without its empty parameters, and what to fill the form with again.
#[derive(Clone, Debug)]
pub struct Filters<T> {
    /// What is asked for, or why that is refused.
    pub query: Result<T, Problem>,
    /// The parameters that are not empty.
    pub values: BTreeMap<String, String>,
}

impl<T> Filters<T> {
    /// The address of the next page of the list at `path`.
    pub fn next_url(&self, path: &str, cursor: &str) -> String {
        let mut values = self.values.clone();
        values.insert("cursor".to_owned(), cursor.to_owned());
        address(path, values.iter())
    }
}

impl<T> FromRequestParts<AppState> for Filters<T>
where
    T: FromRequestParts<AppState, Rejection = Problem>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let pairs = filled(&parts.uri);
        let without_empty = address(
            parts.uri.path(),
            pairs.iter().map(|(name, text)| (name, text)),
        );
        // An address without some of its parameters is one still.
        if let Ok(uri) = without_empty.parse() {
            parts.uri = uri;
        }
        Ok(Self {
            query: T::from_request_parts(parts, state).await,
            values: pairs.into_iter().collect(),
        })
    }
}

/// The parameters that are not empty, in order.
fn filled(uri: &Uri) -> Vec<(String, String)> {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let pairs = pairs.map(|(name, text)| (name.into_owned(), text.trim().to_owned()));
    pairs.filter(|(_, text)| !text.is_empty()).collect()
}

fn address<'a>(path: &str, pairs: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    let query = query.finish();
    if query.is_empty() {
        return path.to_owned();
    }
    format!("{path}?{query}")
}

#[cfg(test)]
mod tests {
    use super::{address, filled};

    #[test]
    fn empty_parameters_are_left_out_and_others_are_encoded() {
        let uri = "/admin/mails?state=&kind=a%26b&email=+"
            .parse()
            .expect("an address");
        let pairs = filled(&uri);
        let pairs = pairs.iter().map(|(name, text)| (name, text));
        assert_eq!(address("/admin/mails", pairs), "/admin/mails?kind=a%26b");
    }
}
