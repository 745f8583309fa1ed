//! What is scraped, asked and alarmed on is what programs serve.

use std::path::Path;

use dossier_devstack::environment;
use serde_json::Value;

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

/// Every alarm.
fn alarms() -> Vec<Value> {
    let rules = documents("deploy/observability/alerts.yml").remove(0);
    let groups = items(&rules["groups"]);
    groups
        .flat_map(|group| items(&group["rules"]))
        .cloned()
        .collect()
}

#[test]
fn every_figure_of_alarms_and_scaling_is_served() {
    let checkout = environment::checkout();
    let members = ["api", "common", "worker", "service"];
    let sources: String = members
        .iter()
        .map(|it| sources(&checkout.join(it).join("src")))
        .collect();
    let mut expressions: Vec<String> = alarms()
        .iter()
        .map(|it| it["expr"].as_str().expect("an expression").to_owned())
        .collect();
    let scaled = documents("deploy/kubernetes/autoscaling.yaml").remove(0);
    let query = &scaled["spec"]["triggers"][0]["metadata"]["query"];
    expressions.push(query.as_str().expect("a query").to_owned());
    let mut asked = 0;
    for expression in &expressions {
        for figure in figures(expression) {
            let is_served = sources.contains(&format!("\"{figure}\""));
            assert!(is_served, "no program serves {figure}");
            asked += 1;
        }
    }
    assert!(asked >= 5, "{expressions:?}");
}

#[test]
fn every_alarm_says_what_to_do_and_sums_up_nothing_that_each_process_serves() {
    let alarms = alarms();
    assert!(alarms.len() >= 5);
    for alarm in alarms {
        let name = alarm["alert"].as_str().expect("a name");
        let summary = alarm["annotations"]["summary"].as_str();
        assert!(summary.is_some_and(|it| it.len() > 20), "{name}");
        assert!(alarm["labels"]["severity"].is_string(), "{name}");
        let expression = alarm["expr"].as_str().expect("an expression");
        assert!(!expression.contains("sum"), "{name}: {expression}");
    }
}

#[test]
fn prometheus_finds_every_replica_and_the_alarms() {
    let configuration = documents("deploy/observability/prometheus.yml").remove(0);
    assert_eq!(configuration["rule_files"][0], "alerts.yml");
    let compose = documents("docker-compose.yml").remove(0);
    for job in items(&configuration["scrape_configs"]) {
        let found = &job["dns_sd_configs"][0];
        let service = found["names"][0].as_str().expect("a service");
        let environment = &compose["services"][service]["environment"];
        let listens = format!("0.0.0.0:{}", found["port"]);
        assert_eq!(environment["METRICS_ADDR"], listens.as_str(), "{service}");
    }
    let path = "./deploy/observability:/etc/prometheus:ro";
    let volumes = &compose["services"]["prometheus"]["volumes"];
    assert!(items(volumes).any(|it| it == path), "{volumes}");
}
