//! Instants as forms have them.

/// What was entered as a time of UTC, such as `2030-01-31T12:00` or `2030-01-31T12:00:30`, in RFC 3339. Whatever else it
/// is stays as it is, and is refused for what it is.
pub(super) fn utc(text: Option<&str>) -> Option<String> {
    let text = text?;
    Some(match text.len() {
        16 => format!("{text}:00Z"),
        19 => format!("{text}Z"),
        _ => text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_a_zone_is_one_of_utc() {
        let utc = |text| utc(Some(text));
        let expected = Some("2030-01-31T12:00:00Z".to_owned());
        assert_eq!(utc("2030-01-31T12:00"), expected);
        assert_eq!(utc("2030-01-31T12:00:00"), expected);
        assert_eq!(utc("2030-01-31T12:00:00Z"), expected);
        assert_eq!(utc("soon"), Some("soon".to_owned()));
    }
}
