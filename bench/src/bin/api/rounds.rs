//! What all rounds came to.

use dossier_bench::median;
use serde_json::{Value, json};

use crate::candidate::{FASTAPI, OURS};
use crate::measure::Measured;
use crate::route::Route;

/// Every figure of every round.
#[derive(Default)]
pub(crate) struct Rounds {
    /// The version of the server.
    pub(crate) mongodb: String,
    pub(crate) measured: Vec<(Route, &'static str, Measured)>,
    /// Milliseconds of a bare hash, one figure a round.
    pub(crate) hash_ms: Vec<f64>,
    /// The same while every core hashes.
    pub(crate) hashes_ms: Vec<f64>,
    /// How many measurements were made again.
    pub(crate) repeated: usize,
}

impl Rounds {
    /// Whether anything of `who` was measured.
    pub(crate) fn has(&self, who: &str) -> bool {
        self.measured.iter().any(|(_, name, _)| *name == who)
    }

    fn of(&self, route: Route, who: &str) -> Vec<&Measured> {
        let all = self.measured.iter();
        let own = all.filter(|(of, name, _)| *of == route && *name == who);
        own.map(|(_, _, measured)| measured).collect()
    }

    /// The median over the rounds; none where nothing was measured.
    pub(crate) fn median(
        &self,
        route: Route,
        who: &str,
        figure: fn(&Measured) -> f64,
    ) -> Option<f64> {
        let figures: Vec<f64> = self.of(route, who).into_iter().map(figure).collect();
        (!figures.is_empty()).then(|| median(&figures))
    }

    /// Ours ÷ theirs: the median of the rounds.
    pub(crate) fn ratio(&self, route: Route, figure: fn(&Measured) -> f64) -> Option<f64> {
        let (ours, theirs) = (self.of(route, OURS), self.of(route, FASTAPI));
        let pairs = ours.into_iter().zip(theirs);
        let ratios: Vec<f64> = pairs
            .map(|(ours, theirs)| figure(ours) / figure(theirs))
            .collect();
        (!ratios.is_empty()).then(|| median(&ratios))
    }

    /// What a sign-up costs the API, in hashes: the median of the rounds, each with its own hash.
    pub(crate) fn hashes_a_sign_up(&self) -> Option<f64> {
        let ours = self.of(Route::SignUp, OURS);
        let each = ours.iter().zip(&self.hash_ms);
        let each: Vec<f64> = each.map(|(ours, hash)| ours.server_ms / hash).collect();
        (!each.is_empty()).then(|| median(&each))
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Value {
        let each = self.measured.iter().map(|(route, who, measured)| {
            json!({
                "route": route.name(), "who": who, "answers": measured.answers,
                "per_second": measured.per_second, "p50_ms": measured.p50_ms, "p99_ms": measured.p99_ms,
                "server_cpu_ms": measured.server_ms, "mongod_cpu_ms": measured.mongod_ms,
                "client_share_of_a_core": measured.client_share, "taken_share": measured.taken_share,
            })
        });
        each.collect()
    }
}
