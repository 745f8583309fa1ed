//! Requests ahead of a person's own (`Sec-Purpose`, Fetch Standard §3.8).

use axum::http::HeaderMap;

use crate::problem::{Code, Problem};

/// Refuses what a browser fetches before anybody asked for it: it would use a link up.
///
/// # Errors
///
/// [`Problem`]: forbidden.
pub(super) fn refuse_prefetch(headers: &HeaderMap) -> Result<(), Problem> {
    let purposes = ["sec-purpose", "purpose", "x-moz"].into_iter();
    let values = purposes.flat_map(|name| headers.get_all(name));
    let mut words = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([';', ',']))
        .map(str::trim);
    if words.any(|word| word.eq_ignore_ascii_case("prefetch")) {
        let detail = "Documents are not prefetched. Please ask for this one when it is wanted.";
        return Err(Problem::new(Code::Forbidden, detail));
    }
    Ok(())
}
