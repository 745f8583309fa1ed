//! Every operation of the API description, for promises that hold for all of them.

use axum::http::Method;
use serde_json::Value;

/// An operation as the description has it.
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: Method,
    pub(crate) path: String,
    described: Value,
}

impl Operation {
    /// Every one.
    pub(crate) fn all() -> Vec<Self> {
        let description = serde_json::to_value(dossier_api::router::openapi()).expect("JSON");
        let paths = description["paths"].as_object().expect("paths").iter();
        let all = paths.flat_map(|(path, item)| {
            let operations = item.as_object().expect("operations").iter();
            operations.map(|(method, described)| Self {
                id: described["operationId"].as_str().expect("an id").to_owned(),
                method: method.to_uppercase().parse().expect("a method"),
                path: path.clone(),
                described: described.clone(),
            })
        });
        all.collect()
    }

    /// Whether it wants somebody who is signed in.
    pub(crate) fn wants_bearer(&self) -> bool {
        let choices = self.described["security"].as_array();
        let mut choices = choices.expect("who may call it").iter();
        choices.any(|choice| choice["bearer"].is_array())
    }

    /// Whether it has this parameter.
    pub(crate) fn takes(&self, parameter: &str) -> bool {
        let parameters = self.described["parameters"].as_array();
        parameters.is_some_and(|all| all.iter().any(|it| it["name"] == parameter))
    }
}
