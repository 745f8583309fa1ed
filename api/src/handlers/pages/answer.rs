//! What a page says after its button was pressed.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use minijinja::{Value, context};

use super::page::{Step, page};
use crate::problem::{Code, Problem};

/// The page called `name` after its button was pressed. Where something is wrong, the form shows `entered` again.
pub(super) fn answer(name: &str, pressed: Result<(), Problem>, entered: Value) -> Response {
    let Err(problem) = pressed else {
        return page(StatusCode::OK, name, Step::Done, context! {});
    };
    let password_rule = problem.rule_of("password");
    let password_rule = password_rule.or_else(|| problem.rule_of("new_password"));
    let name_rule = problem.rule_of("name");
    let when = when(problem.retry_after().unwrap_or_default());
    let values = context! { password_rule, name_rule, when, ..entered };
    let page = page(
        problem.code().status(),
        name,
        step_of(problem.code()),
        values,
    );
    problem.with_headers_on(page)
}

fn step_of(code: Code) -> Step {
    match code {
        Code::InvalidFields => Step::AskAgain,
        Code::TokenInvalid | Code::SignUpRefused => Step::Refused,
        Code::RateLimited => Step::TooMany,
        Code::PayloadTooLarge | Code::RequestTimeout | Code::BadRequest => Step::Unread,
        _ => Step::Failed,
    }
}

/// When somebody may try again, rounded up.
fn when(wait: Duration) -> String {
    match wait.as_secs().div_ceil(60) {
        0 | 1 => "in a minute".to_owned(),
        minutes @ 2..=90 => format!("in {minutes} minutes"),
        minutes => format!("in {} hours", minutes.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_said_in_words_that_are_never_too_short() {
        for (seconds, words) in [
            (0, "in a minute"),
            (60, "in a minute"),
            (61, "in 2 minutes"),
            (90 * 60, "in 90 minutes"),
            (90 * 60 + 1, "in 2 hours"),
            (24 * 3600, "in 24 hours"),
        ] {
            assert_eq!(when(Duration::from_secs(seconds)), words, "{seconds}");
        }
    }
}
