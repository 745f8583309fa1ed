//! Whether those that are compared answer the same.

use std::collections::HashMap;

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::candidate::Candidate;
use crate::connection::Connection;
use crate::plan::{Exchange, get};
use crate::route::Route;

/// What was answered before, by route and session.
#[derive(Default)]
pub(crate) struct Answers(HashMap<(Route, usize), Value>);

impl Answers {
    /// Asks once with every token, and returns the requests with what their answers have to be.
    ///
    /// # Errors
    ///
    /// When an answer is not whole, or is not what another candidate answers.
    pub(crate) async fn learn(
        &mut self,
        candidate: &Candidate,
        route: Route,
        tokens: &[&str],
    ) -> anyhow::Result<Vec<Exchange>> {
        let mut connection = Connection::open(candidate.port).await?;
        let mut exchanges = Vec::with_capacity(tokens.len());
        for (session, token) in tokens.iter().enumerate() {
            let request = get(route.path(), token);
            let answer = connection.exchange(&request).await?;
            let of_whom = || format!("{}, {}", candidate.name, route.name());
            let read = route.read(answer.body).with_context(of_whom)?;
            let exchange = Exchange::new(request.clone(), route.constant_part(answer.body));
            exchange.check(&answer).with_context(of_whom)?;
            let known = self.0.entry((route, session)).or_insert(read.clone());
            ensure!(
                *known == read,
                "{} answers {read}, but before the answer was {known}",
                of_whom()
            );
            exchanges.push(exchange);
        }
        Ok(exchanges)
    }
}
