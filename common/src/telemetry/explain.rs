//! Errors with their causes, for people.

use std::error::Error;

/// `error` and everything that led to it, in one line; a cause whose text is part of what was
/// said already is not said twice.
pub fn explain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) && !more.contains("server response") {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}
