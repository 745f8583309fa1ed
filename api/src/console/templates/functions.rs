//! What templates call: words, addresses of assets, the token of forms, faults of fields.

use fluent_bundle::{FluentArgs, FluentValue};
use minijinja::value::Kwargs;
use minijinja::{Environment, Error, ErrorKind, HtmlEscape, State, Value};

use super::locale;
use crate::console::assets;
use crate::console::words::words;

/// Makes them known to `environment`.
pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_function("t", say);
    environment.add_function("has_words", has_words);
    environment.add_function("asset", asset);
    environment.add_function("csrf_token", csrf_token);
    environment.add_function("csrf_field", csrf_field);
    environment.add_function("fault", fault);
}

/// `t("key", name=value…)`: the words, in the visitor's language. A value that is markup, as that of `|instant`, is
/// kept so.
fn say(state: &State<'_, '_>, key: &str, values: Kwargs) -> Result<Value, Error> {
    let mut args = FluentArgs::new();
    let mut markups = Vec::new();
    for name in values.args() {
        let value: Value = values.get(name)?;
        let arg = match value.is_safe() {
            true => {
                markups.push(value.to_string());
                FluentValue::from(mark(markups.len()))
            }
            false => arg(&value),
        };
        args.set(name.to_owned(), arg);
    }
    let said = words(locale(state)).say(key, &args);
    if markups.is_empty() {
        return Ok(said.into());
    }
    let mut html = HtmlEscape(&said).to_string();
    for (index, markup) in markups.iter().enumerate() {
        html = html.replace(&mark(index + 1), markup);
    }
    Ok(Value::from_safe_string(html))
}

/// What stands for the markup of this number while the words around it are escaped: characters that mean nothing to
/// anybody (Unicode's private use).
fn mark(number: usize) -> String {
    format!("\u{e000}{number}\u{e001}")
}

fn arg(value: &Value) -> FluentValue<'static> {
    if value.is_undefined() || value.is_none() {
        return FluentValue::from(String::new());
    }
    let number = value.is_number().then(|| f64::try_from(value.clone()));
    match number {
        Some(Ok(number)) => FluentValue::from(number),
        _ => FluentValue::from(value.to_string()),
    }
}

/// Whether there are words for `key`.
fn has_words(state: &State<'_, '_>, key: &str) -> bool {
    words(locale(state)).has(key)
}

fn asset(name: &str) -> Result<&'static str, Error> {
    let unknown = || Error::new(ErrorKind::InvalidOperation, format!("no asset {name}"));
    assets::address(name).ok_or_else(unknown)
}

/// The token that forms of this visitor carry; empty if nobody is signed in.
fn csrf_token(state: &State<'_, '_>) -> String {
    let token = state.lookup("csrf");
    let token = token.as_ref().and_then(Value::as_str);
    token.unwrap_or_default().to_owned()
}

/// The hidden field with that token.
fn csrf_field(state: &State<'_, '_>) -> Value {
    let token = csrf_token(state);
    let token = HtmlEscape(&token);
    Value::from_safe_string(format!(
        "<input type=\"hidden\" name=\"csrf\" value=\"{token}\">"
    ))
}

/// The rule that `field` breaks, or none.
fn fault(state: &State<'_, '_>, field: &str) -> Option<String> {
    let problem = state.lookup("problem")?;
    let errors = problem.get_attr("errors").ok()?;
    let mut errors = errors.try_iter().ok()?;
    errors.find_map(|error| {
        let is_of_field = error.get_attr("field").ok()?.as_str() == Some(field);
        let message = error.get_attr("message").ok()?;
        is_of_field.then(|| message.to_string())
    })
}
