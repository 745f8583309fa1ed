//! What is done to many jobs is counted first, and begins when it is confirmed.

use axum::response::Response;
use minijinja::value::Serde;
use minijinja::{Value, context};

use crate::console::form::Form;
use crate::console::view::{View, see_other};
use crate::problem::{Code, FieldError, Problem};
use crate::services::Operated;
use crate::wire::{OperationOptions, PlanResponse};

const PAGE: &str = "jobs/confirm.html";

/// What the page says of the jobs that are meant, and sends with the confirmation.
#[derive(Debug)]
pub(super) struct Question {
    /// Where the form is sent.
    pub(super) action: &'static str,
    /// What is done to the jobs.
    pub(super) verb: String,
    /// Fields that say which jobs are meant.
    pub(super) hidden: Vec<(String, String)>,
    /// Which jobs are meant, for people.
    pub(super) meant: Value,
}

/// Begins what `call` does when the form confirms it, and asks with the number of jobs when it does not.
///
/// # Errors
///
/// [`Problem`] when the jobs cannot be counted, or the operation cannot begin for another reason than its
/// pace and the number of others.
pub(super) async fn ask_or_begin<F, R>(
    view: &View,
    form: &Form,
    question: Question,
    call: F,
) -> Result<Response, Problem>
where
    F: Fn(OperationOptions) -> R,
    R: Future<Output = Result<Operated, Problem>>,
{
    let mut refusal = None;
    if form.get("confirm").is_some() {
        let begun = match pace(form) {
            Ok(options) => call(options).await,
            Err(problem) => Err(problem),
        };
        match begun {
            Ok(Operated::Begun(operation)) => {
                let path = format!("/admin/operations/{}", operation.id);
                return Ok(see_other(&path, "operation-begun"));
            }
            Ok(Operated::Planned(_)) => {}
            Err(problem) if can_be_asked_again(&problem) => refusal = Some(problem),
            Err(problem) => return Err(problem),
        }
    }
    let counting = OperationOptions {
        dry_run: true,
        ..OperationOptions::default()
    };
    let Operated::Planned(plan) = call(counting).await? else {
        return Err(Problem::internal());
    };
    let values = values(question, plan.into(), form);
    Ok(match refusal {
        Some(problem) => view.refused(PAGE, &problem, values),
        None => view.page(PAGE, values),
    })
}

fn values(question: Question, plan: PlanResponse, form: &Form) -> Value {
    let Question {
        action,
        verb,
        hidden,
        meant,
    } = question;
    let values = form.values();
    context! { action, verb, hidden => Serde(hidden), meant, plan => Serde(plan), values }
}

fn can_be_asked_again(problem: &Problem) -> bool {
    matches!(problem.code(), Code::InvalidFields | Code::RateLimited)
}

/// Over how long it is spread, and when it stops.
fn pace(form: &Form) -> Result<OperationOptions, Problem> {
    let mut errors = Vec::new();
    let mut number = |name: &'static str, rule: &'static str| {
        let text = form.get(name)?;
        let number = text.parse::<i64>().ok();
        if number.is_none() {
            errors.push(FieldError::new(name, rule));
        }
        number
    };
    let options = OperationOptions {
        dry_run: false,
        over_seconds: number("over_seconds", "must be 0 to 604,800 seconds, a week"),
        max_failure_percent: number("max_failure_percent", "must be 0 to 100"),
    };
    if errors.is_empty() {
        return Ok(options);
    }
    Err(Problem::invalid_fields(errors))
}
