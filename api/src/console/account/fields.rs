//! Fields that more than one form of the account has.

use secrecy::SecretString;

use crate::console::form::Form;
use crate::password::Password;
use crate::problem::Problem;

const MISSING: &str = "must be filled in";

/// A password that was entered.
///
/// # Errors
///
/// [`Problem`] about the field when nothing was.
pub(super) fn password(form: &Form, field: &'static str) -> Result<Password, Problem> {
    let entered = form.secret(field);
    entered.ok_or_else(|| Problem::invalid_field(field, MISSING))
}

/// A code that was entered, of an app or for recovery.
///
/// # Errors
///
/// [`Problem`] about the field when none was.
pub(super) fn code(form: &Form) -> Result<SecretString, Problem> {
    let entered = form.get("code").map(SecretString::from);
    entered.ok_or_else(|| Problem::invalid_field("code", MISSING))
}
