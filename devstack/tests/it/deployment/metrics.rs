//! What is scraped and asked is what programs serve.

use std::path::Path;

use dossier_devstack::environment;

use super::{documents, items};

/// All sources below `folder`, put together.
fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            text.push_str(&sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            text.push_str(&std::fs::read_to_string(&path).expect("a source"));
        }
    }
    text
}

/// The names of figures of ours in an expression.
fn figures(expression: &str) -> Vec<&str> {
    let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let names = words.filter(|word| word.starts_with("dossier_"));
    names.collect()
}

#[test]
fn what_scaling_asks_for_is_served() {
    let common = sources(&environment::checkout().join("common/src"));
    let scaled = documents("deploy/kubernetes/autoscaling.yaml").remove(0);
    let query = &scaled["spec"]["triggers"][0]["metadata"]["query"];
    let figures = figures(query.as_str().expect("a query"));
    assert!(!figures.is_empty(), "{query}");
    for figure in figures {
        let is_served = common.contains(&format!("\"{figure}\""));
        assert!(is_served, "no program serves {figure}");
    }
}

#[test]
fn prometheus_finds_every_replica_and_the_alarms() {
    let configuration = documents("deploy/monitoring/prometheus.yml").remove(0);
    assert_eq!(configuration["rule_files"][0], "alerts.yml");
    let compose = documents("docker-compose.yml").remove(0);
    for job in items(&configuration["scrape_configs"]) {
        let found = &job["dns_sd_configs"][0];
        let service = found["names"][0].as_str().expect("a service");
        let environment = &compose["services"][service]["environment"];
        let listens = format!("0.0.0.0:{}", found["port"]);
        assert_eq!(environment["METRICS_ADDR"], listens.as_str(), "{service}");
    }
    let path = "./deploy/monitoring:/etc/prometheus:ro";
    let volumes = &compose["services"]["prometheus"]["volumes"];
    assert!(items(volumes).any(|it| it == path), "{volumes}");
}
