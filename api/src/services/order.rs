//! What admins order to be done to many jobs.

use std::time::Duration;

use dossier_common::operations::{FailureBound, Initiator, Order, Verb};
use dossier_common::queue::backend::operator::Selection;

use crate::extract::{Caller, JobConditions};
use crate::problem::{FieldError, Problem};
use crate::state::AppState;
use crate::wire::{OperationOptions, OperationRequest};

/// Operations are spread over a week at most.
const MAX_SECONDS: u64 = 7 * 24 * 60 * 60;

/// How many jobs can be named.
const MAX_IDS: usize = 1000;

/// Who has it done.
pub fn initiator(caller: &Caller) -> Initiator {
    let origin = &caller.origin;
    let by = Initiator::person(caller.user_id, caller.role);
    by.from_network(origin.network, origin.request_id.as_str())
}

/// The order that `request` is.
///
/// # Errors
///
/// [`Problem`] with every field that breaks its rule.
pub async fn order(
    state: &AppState,
    caller: &Caller,
    request: OperationRequest,
) -> Result<Order, Problem> {
    let options = request.options();
    let mut errors = Vec::new();
    let verb = request.verb.parse::<Verb>();
    if verb.is_err() {
        let rule = "must be retry, run-now, cancel, delete or release";
        errors.push(FieldError::new("verb", rule));
    }
    let ids = request.ids.as_ref();
    if ids.is_some_and(|ids| !(1..=MAX_IDS).contains(&ids.len())) {
        errors.push(FieldError::new("ids", "must be 1 to 1,000 ids of jobs"));
    }
    if request.ids.is_some() == request.filter.is_some() {
        let rule = "must be there, and `filter` not, or the other way round";
        errors.push(FieldError::new("ids", rule));
    }
    let mut of_filter = Vec::new();
    let conditions = match request.filter {
        Some(filter) => Some(JobConditions::read(&state.store, filter, &mut of_filter).await?),
        None => None,
    };
    errors.extend(of_filter.into_iter().map(|error| {
        let field = format!("filter.{}", error.field);
        FieldError::new(field, error.message)
    }));
    let (over, bound) = checked(options, &mut errors);
    let (Ok(verb), true) = (verb, errors.is_empty()) else {
        return Err(Problem::invalid_fields(errors));
    };
    let by = initiator(caller);
    let order = match (request.ids, conditions) {
        (_, Some(conditions)) => {
            // Without the address, which neither the audit nor the operation has.
            let order = Order::new(verb, conditions.without_address(), by);
            let filter = conditions.filter(&state.store).await?;
            let words = match conditions.email() {
                Some(email) => format!("{}, to {}", order.words, email.masked()),
                None => order.words.clone(),
            };
            let order = order.in_words(words.trim_start_matches(", "));
            Order {
                selection: filter.into(),
                ..order
            }
        }
        (ids, None) => {
            let ids = Selection::Ids(ids.unwrap_or_default());
            Order::new(verb, ids, by)
        }
    };
    Ok(order.over(over).until_failures(bound))
}

/// `order` as `options` say.
///
/// # Errors
///
/// [`Problem`] with every field that breaks its rule.
pub fn with_options(order: Order, options: OperationOptions) -> Result<Order, Problem> {
    let mut errors = Vec::new();
    let (over, bound) = checked(options, &mut errors);
    if !errors.is_empty() {
        return Err(Problem::invalid_fields(errors));
    }
    Ok(order.over(over).until_failures(bound))
}

/// How long it takes, and when it stops.
fn checked(
    options: OperationOptions,
    errors: &mut Vec<FieldError>,
) -> (Duration, Option<FailureBound>) {
    let seconds = u64::try_from(options.over_seconds.unwrap_or(0)).ok();
    let seconds = seconds.filter(|seconds| *seconds <= MAX_SECONDS);
    if seconds.is_none() {
        let rule = "must be 0 to 604,800 seconds, a week";
        errors.push(FieldError::new("over_seconds", rule));
    }
    let bound = match options.max_failure_percent {
        None => Some(FailureBound::default()),
        Some(100) => None,
        Some(percent) => {
            let percent = i32::try_from(percent).ok();
            let percent = percent.filter(|percent| (0..100).contains(percent));
            if percent.is_none() {
                errors.push(FieldError::new("max_failure_percent", "must be 0 to 100"));
            }
            percent.map(FailureBound::of_percent)
        }
    };
    (Duration::from_secs(seconds.unwrap_or(0)), bound)
}
