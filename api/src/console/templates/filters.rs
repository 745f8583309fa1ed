//! How templates write instants, sizes, counts and durations.

use fluent_bundle::FluentArgs;
use minijinja::{Environment, HtmlEscape, State, Value};

use super::locale;
use crate::console::words::{Locale, words};

/// Makes them known to `environment`.
pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_filter("instant", instant);
    environment.add_filter("ago", ago);
    environment.add_filter("bytes", bytes);
    environment.add_filter("count", count);
    environment.add_filter("seconds", seconds);
}

/// An instant in RFC 3339 as people write it, in UTC; script makes it local. Nothing for none.
fn instant(state: &State<'_, '_>, text: Value) -> Value {
    time(locale(state), &text, "")
}

/// The same; script says how long ago it was.
fn ago(state: &State<'_, '_>, text: Value) -> Value {
    time(locale(state), &text, " data-ago")
}

fn time(locale: Locale, instant: &Value, attribute: &str) -> Value {
    let Some(text) = instant.as_str() else {
        return Value::from("");
    };
    let Some(written) = written(locale, text) else {
        return Value::from(text);
    };
    let exact = text.replacen('T', " ", 1).replacen('Z', " UTC", 1);
    let (machine, exact, written) = (HtmlEscape(text), HtmlEscape(&exact), HtmlEscape(&written));
    Value::from_safe_string(format!(
        "<time datetime=\"{machine}\" title=\"{exact}\"{attribute}>{written}</time>"
    ))
}

/// `2026-11-27T01:02:03.456Z` as `27 Nov 2026, 01:02 UTC`, if it is an instant in UTC.
fn written(locale: Locale, text: &str) -> Option<String> {
    text.strip_suffix('Z')?;
    let (year, month, day) = (text.get(0..4)?, text.get(5..7)?, text.get(8..10)?);
    let time = text.get(11..16)?;
    let words = words(locale);
    let month = format!("month-{month}");
    if !words.has(&month) {
        return None;
    }
    let mut args = FluentArgs::new();
    args.set("day", day.trim_start_matches('0').to_owned());
    args.set("month", words.say(&month, &FluentArgs::new()));
    args.set("year", year.to_owned());
    args.set("time", time.to_owned());
    Some(words.say("instant-utc", &args))
}

/// How many bytes, in units of a thousand: `4.2 MB`.
fn bytes(state: &State<'_, '_>, bytes: Value) -> String {
    let bytes = u64::try_from(bytes);
    bytes.map_or_else(|_| String::new(), |bytes| size(locale(state), bytes))
}

fn size(locale: Locale, bytes: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    let (mut unit, mut divisor) = (0, 1_u64);
    // What is rounded up to a thousand of a unit is one of the next.
    while unit + 1 < units.len() && u128::from(bytes) * 20 >= u128::from(divisor) * 19_999 {
        (unit, divisor) = (unit + 1, divisor * 1000);
    }
    let tenths = (u128::from(bytes) * 10 + u128::from(divisor) / 2) / u128::from(divisor);
    let tenths = u64::try_from(tenths).unwrap_or(u64::MAX);
    format!("{} {}", locale.tenths(tenths), units[unit])
}

/// A number with its thousands set apart; of a list, its length.
fn count(state: &State<'_, '_>, counted: Value) -> String {
    let length = counted.len().and_then(|length| i64::try_from(length).ok());
    let number = i64::try_from(counted).ok().or(length);
    number.map_or_else(String::new, |number| locale(state).whole(number))
}

/// A duration in words, by its two largest units: `3 minutes 20 seconds`.
fn seconds(state: &State<'_, '_>, seconds: Value) -> String {
    let seconds = f64::try_from(seconds);
    seconds.map_or_else(
        |_| String::new(),
        |seconds| duration(locale(state), seconds.max(0.0).round() as u64),
    )
}

fn duration(locale: Locale, seconds: u64) -> String {
    let units = [
        ("unit-day", 86_400),
        ("unit-hour", 3600),
        ("unit-minute", 60),
        ("unit-second", 1),
    ];
    let largest = units.iter().position(|(_, length)| seconds >= *length);
    let largest = largest.unwrap_or(units.len() - 1);
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (index, (key, length)) in units.iter().enumerate().skip(largest).take(2) {
        let count = rest / length;
        rest %= length;
        if count > 0 || index == largest {
            let mut args = FluentArgs::new();
            args.set("count", count);
            parts.push(words(locale).say(key, &args));
        }
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_utc_with_the_exact_one_beside() {
        let of = |locale, text: &str| time(locale, &Value::from(text), "").to_string();
        assert_eq!(
            of(Locale::En, "2026-11-07T01:02:03.456Z"),
            "<time datetime=\"2026-11-07T01:02:03.456Z\" title=\"2026-11-07 01:02:03.456 UTC\">\
             7 Nov 2026, 01:02 UTC</time>"
        );
        assert!(of(Locale::De, "2026-03-07T01:02:03Z").contains(">7. März 2026, 01:02 UTC<"));
        assert_eq!(of(Locale::En, "<soon>"), "<soon>");
        assert_eq!(time(Locale::En, &Value::from(()), "").to_string(), "");
    }

    #[test]
    fn sizes_are_short() {
        let of = |bytes| size(Locale::En, bytes);
        assert_eq!(of(0), "0 B");
        assert_eq!(of(999), "999 B");
        assert_eq!(of(1000), "1 kB");
        assert_eq!(of(4_200_000), "4.2 MB");
        assert_eq!(of(999_960), "1 MB");
        assert_eq!(of(u64::MAX), "18.4 EB");
        assert_eq!(size(Locale::De, 1_550), "1,6 kB");
    }

    #[test]
    fn durations_have_two_units_at_most() {
        let of = |seconds| duration(Locale::En, seconds);
        assert_eq!(of(0), "0 seconds");
        assert_eq!(of(200), "3 minutes 20 seconds");
        assert_eq!(of(3600), "1 hour");
        assert_eq!(of(90_061), "1 day 1 hour");
    }
}
