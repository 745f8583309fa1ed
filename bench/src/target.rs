//! One target of a benchmark.

#[derive(Debug)]
enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

/// A figure, and what it is to be.
#[derive(Debug)]
pub struct Target {
    what: &'static str,
    goal: Goal,
    measured: Option<f64>,
}

impl Target {
    /// The titles of the columns of a table of targets.
    pub const HEADER: [&'static str; 4] = ["target", "goal", "measured", "verdict"];

    /// It is met from `least` on.
    pub fn at_least(what: &'static str, least: f64, measured: Option<f64>) -> Self {
        let goal = Goal::AtLeast(least);
        Self {
            what,
            goal,
            measured,
        }
    }

    /// It is met up to `most`.
    pub fn at_most(what: &'static str, most: f64, measured: Option<f64>) -> Self {
        let goal = Goal::AtMost(most);
        Self {
            what,
            goal,
            measured,
        }
    }

    /// A row below [`HEADER`](Self::HEADER), if it was measured.
    pub fn row(&self) -> Option<Vec<String>> {
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
