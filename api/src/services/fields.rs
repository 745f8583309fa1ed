//! Fields that more than one request has.

use dossier_common::email::EmailAddress;
use dossier_common::person_name::PersonName;

use crate::problem::FieldError;

/// The address of an account to be, or `None` with the rule that it breaks among `errors`.
pub(super) fn check_address(text: &str, errors: &mut Vec<FieldError>) -> Option<EmailAddress> {
    match text.parse::<EmailAddress>() {
        Ok(email) if email.has_public_domain() => return Some(email),
        Ok(_) => errors.push(FieldError::new(
            "email",
            "must have a domain of the internet, such as example.com",
        )),
        Err(error) => errors.push(FieldError::new("email", error.to_string())),
    }
    None
}

/// What a person wants to be called, if anything; the rule that it breaks is among `errors`.
pub(super) fn check_name(text: Option<&str>, errors: &mut Vec<FieldError>) -> Option<PersonName> {
    let text = text.filter(|text| !text.trim().is_empty())?;
    match text.parse::<PersonName>() {
        Ok(name) => Some(name),
        Err(error) => {
            errors.push(FieldError::new("name", error.to_string()));
            None
        }
    }
}
