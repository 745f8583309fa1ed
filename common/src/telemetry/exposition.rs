//! Prometheus' text form, for gauges that come and go: a recorder shows every one for ever.

use std::fmt::Write;

use super::described::help_of;

/// A part of a page of metrics.
#[derive(Debug, Default)]
pub(super) struct Exposition(String);

impl Exposition {
    /// What follows are samples of this metric.
    pub(super) fn metric(&mut self, name: &str) {
        let kind = match name.ends_with("_total") {
            true => "counter",
            false => "gauge",
        };
        let help = help_of(name);
        // Writing to a string never fails.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// A sample.
    pub(super) fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(label, value)| format!("{label}=\"{}\"", escaped(value)))
            .collect();
        let _ = match labels.is_empty() {
            true => writeln!(self.0, "{name} {value}"),
            false => writeln!(self.0, "{name}{{{}}} {value}", labels.join(",")),
        };
    }

    /// A metric with one sample and without labels.
    pub(super) fn one(&mut self, name: &str, value: f64) {
        self.metric(name);
        self.sample(name, &[], value);
    }

    /// What was written.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_follows_its_metric_with_escaped_labels() {
        let mut page = Exposition::default();
        page.one("process_threads", 4.0);
        page.metric("dossier_queue_jobs");
        page.sample(
            "dossier_queue_jobs",
            &[("queue", "a\"b\\"), ("state", "dead")],
            0.0,
        );
        let text = page.into_text();
        let expected =
            "# HELP process_threads Threads\n# TYPE process_threads gauge\nprocess_threads 4\n";
        assert!(text.starts_with(expected), "{text}");
        let sample = "dossier_queue_jobs{queue=\"a\\\"b\\\\\",state=\"dead\"} 0\n";
        assert!(text.ends_with(sample), "{text}");
    }
}
