//! Parameters in addresses: a name that is not known is refused, for it may be a misspelt one.

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use url::form_urlencoded;

use crate::problem::{Code, Fails, Problem};

/// The address has no parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoQuery;

impl<S: Sync> FromRequestParts<S> for NoQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let [] = read_query(&parts.uri, [])?;
        Ok(Self)
    }
}

impl Fails for NoQuery {
    fn codes() -> Vec<Code> {
        vec![Code::InvalidFields]
    }
}

/// The values of the parameters `names`, each there once or not at all.
///
/// # Errors
///
/// [`Problem`] when there is another parameter, or one twice.
pub(super) fn read_query<const N: usize>(
    uri: &Uri,
    names: [&'static str; N],
) -> Result<[Option<String>; N], Problem> {
    let mut values = [const { None }; N];
    let query = uri.query().unwrap_or_default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let Some(index) = names.iter().position(|known| *known == name) else {
            let rule = "is no parameter of this address";
            return Err(Problem::invalid_field(shown(&name), rule));
        };
        if values[index].replace(value.into_owned()).is_some() {
            return Err(Problem::invalid_field(names[index], "must be there once"));
        }
    }
    Ok(values)
}

/// How much of a name that is not known is repeated.
const MAX_SHOWN_CHARS: usize = 100;

/// A name from a request, fit to be repeated in a problem.
pub(crate) fn shown(name: &str) -> String {
    let printable = name.chars().filter(|c| !c.is_control());
    let shown: String = printable.take(MAX_SHOWN_CHARS).collect();
    if shown.is_empty() {
        return "(no name)".to_owned();
    }
    shown
}
