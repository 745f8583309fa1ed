//! Points a MongoDB address at another database.

/// `uri` with the database replaced (or added), everything else kept.
pub(super) fn with_database(uri: &str, database: &str) -> String {
    let (scheme, rest) = uri.split_once("://").unwrap_or(("mongodb", uri));
    let (before, options) = match rest.split_once('?') {
        Some((before, options)) => (before, format!("?{options}")),
        None => (rest, String::new()),
    };
    let hosts = before.split('/').next().unwrap_or(before);
    format!("{scheme}://{hosts}/{database}{options}")
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn a_database_is_replaced() {
        let uri = "mongodb://user:pw@one:1,two:2/old?replicaSet=rs0&authSource=admin";
        let expected = "mongodb://user:pw@one:1,two:2/new?replicaSet=rs0&authSource=admin";
        assert_eq!(with_database(uri, "new"), expected);
    }

    #[test]
    fn a_database_is_added_with_and_without_a_slash() {
        assert_eq!(with_database("mongodb://h:1", "d"), "mongodb://h:1/d");
        assert_eq!(with_database("mongodb://h:1/", "d"), "mongodb://h:1/d");
        assert_eq!(
            with_database("mongodb+srv://h/?w=1", "d"),
            "mongodb+srv://h/d?w=1"
        );
    }
}
