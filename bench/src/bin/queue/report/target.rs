//! One target.

enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

/// A figure, and what it is to be.
pub(super) struct Target {
    what: &'static str,
    goal: Goal,
    measured: Option<f64>,
}

impl Target {
    pub(super) fn at_least(what: &'static str, least: f64, measured: Option<f64>) -> Self {
        let goal = Goal::AtLeast(least);
        Self {
            what,
            goal,
            measured,
        }
    }

    pub(super) fn at_most(what: &'static str, most: f64, measured: Option<f64>) -> Self {
        let goal = Goal::AtMost(most);
        Self {
            what,
            goal,
            measured,
        }
    }

    /// A row, if it was measured.
    pub(super) fn row(&self) -> Option<Vec<String>> {
        let measured = self.measured?;
        let (goal, met) = match self.goal {
            Goal::AtLeast(least) => (format!("≥ {least}"), measured >= least),
            Goal::AtMost(most) => (format!("≤ {most}"), measured <= most),
        };
        let verdict = if met { "met" } else { "missed" };
        Some(vec![
            self.what.to_owned(),
            goal,
            format!("{measured:.2}"),
            verdict.to_owned(),
        ])
    }
}
