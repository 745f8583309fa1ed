//! The routes in the sources, for promises that hold for all of them.

use std::collections::BTreeSet;
use std::path::Path;

/// What the sources call the methods of a route.
const METHODS: [&str; 6] = ["get", "head", "post", "put", "patch", "delete"];

/// The methods and paths of the routes in the sources of `folder`, without those of its folders that are called as in
/// `except`. Routes that have a description are not among them.
pub(crate) fn routes_in(folder: &Path, except: &[&str]) -> BTreeSet<(String, String)> {
    let mut routes = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if !except.iter().any(|name| path.ends_with(name)) {
                routes.extend(routes_in(&path, except));
            }
            continue;
        }
        let source = std::fs::read_to_string(&path).expect("a source");
        routes.extend(source.split(".route(").skip(1).flat_map(methods_of));
        for other in [".nest(", ".route_service(", ".nest_service("] {
            assert!(
                !source.contains(other),
                "{other} in {path:?}: say its paths here"
            );
        }
    }
    routes
}

/// The methods of a route and its path, of the text that begins with what the route is made of.
fn methods_of(text: &str) -> Vec<(String, String)> {
    let quoted = text.trim_start().strip_prefix('"').expect("a path");
    let (path, handlers) = quoted.split_once('"').expect("a path");
    let is_there = |method: &&str| {
        let calls = [format!(" {method}("), format!(".{method}(")];
        calls.iter().any(|call| handlers.contains(call))
    };
    let methods = METHODS.into_iter().filter(is_there);
    let methods: Vec<_> = methods
        .map(|method| (method.to_uppercase(), path.to_owned()))
        .collect();
    assert!(!methods.is_empty(), "{path} has no method that is known");
    methods
}
