//! The manifests below `deploy/kubernetes`.

use std::collections::BTreeSet;

use dossier_devstack::environment;
use serde_json::{Value, json};

use super::{documents, items, texts, variables};

const FOLDER: &str = "deploy/kubernetes";

/// Every object of the manifests.
fn objects() -> Vec<Value> {
    let kustomization = documents(&format!("{FOLDER}/kustomization.yaml")).remove(0);
    let files = texts(&kustomization["resources"]);
    let objects = files.iter().map(|it| documents(&format!("{FOLDER}/{it}")));
    objects.flatten().collect()
}

fn of_kind(kind: &str) -> Vec<Value> {
    let found: Vec<Value> = objects()
        .into_iter()
        .filter(|it| it["kind"] == kind)
        .collect();
    assert!(!found.is_empty(), "no {kind}");
    found
}

fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().expect("a name")
}

/// What runs programs: each with its pod and its one container.
fn workloads() -> Vec<(String, Value, Value)> {
    let workloads = [of_kind("Deployment"), of_kind("Job")].concat();
    let workloads = workloads.into_iter().map(|workload| {
        let pod = workload["spec"]["template"]["spec"].clone();
        let containers = pod["containers"].as_array().expect("containers");
        assert_eq!(containers.len(), 1, "{}", name(&workload));
        let container = containers[0].clone();
        (name(&workload).to_owned(), pod, container)
    });
    workloads.collect()
}

fn settings() -> Value {
    of_kind("ConfigMap").remove(0)["data"].take()
}

/// The variables that a container gets.
fn given(container: &Value) -> BTreeSet<String> {
    assert_eq!(
        container["envFrom"],
        json!([{ "configMapRef": { "name": "dossier-settings" } }])
    );
    let shared = settings();
    let shared = shared.as_object().expect("settings").keys().cloned();
    let own = items(&container["env"]).map(|it| name_of(it).to_owned());
    shared.chain(own).collect()
}

fn name_of(item: &Value) -> &str {
    item["name"].as_str().expect("a name")
}

#[test]
fn every_manifest_is_part_of_the_kustomization() {
    let kustomization = documents(&format!("{FOLDER}/kustomization.yaml")).remove(0);
    let listed = texts(&kustomization["resources"]);
    let folder = environment::checkout().join(FOLDER);
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let file = entry.expect("an entry").file_name();
        let file = file.to_string_lossy();
        assert!(
            file == "kustomization.yaml" || listed.contains(&&*file),
            "{file}"
        );
    }
    for object in objects() {
        let is_namespace = object["kind"] == "Namespace";
        let namespace = &object["metadata"]["namespace"];
        assert!(is_namespace || *namespace == "dossier", "{object}");
        assert_ne!(object["kind"], "Secret", "secrets are not in files");
    }
}

#[test]
fn programs_run_as_nobody_and_change_nothing_around_them() {
    for (name, pod, container) in workloads() {
        assert_eq!(pod["automountServiceAccountToken"], false, "{name}");
        let of_pod = &pod["securityContext"];
        assert_eq!(of_pod["runAsNonRoot"], true, "{name}");
        assert_eq!(of_pod["runAsUser"], 65532, "{name}");
        assert_eq!(of_pod["seccompProfile"]["type"], "RuntimeDefault", "{name}");
        let own = &container["securityContext"];
        assert_eq!(own["readOnlyRootFilesystem"], true, "{name}");
        assert_eq!(own["allowPrivilegeEscalation"], false, "{name}");
        assert_eq!(own["capabilities"]["drop"], json!(["ALL"]), "{name}");
        for share in ["hostNetwork", "hostPID", "hostIPC"] {
            assert!(pod.get(share).is_none(), "{name}: {share}");
        }
    }
}

#[test]
fn images_have_the_version_of_this_release_and_memory_is_limited() {
    for (name, _, container) in workloads() {
        let image = format!("{name}:{}", env!("CARGO_PKG_VERSION"));
        assert_eq!(container["image"], image.as_str(), "{name}");
        let resources = &container["resources"];
        assert!(resources["limits"]["memory"].is_string(), "{name}");
        for needed in ["cpu", "memory"] {
            assert!(resources["requests"][needed].is_string(), "{name}");
        }
    }
}

#[test]
fn every_program_gets_what_it_needs_and_only_variables_that_there_are() {
    let known: BTreeSet<String> = variables().into_iter().map(|(name, ..)| name).collect();
    for (name, pod, container) in workloads() {
        let required: &[&str] = match name.as_str() {
            "dossier-api" => &["MONGODB_URI", "PUBLIC_URL", "FERNET_KEYS", "JWT_KEYS"],
            "dossier-worker" => &[
                "MONGODB_URI",
                "PUBLIC_URL",
                "FERNET_KEYS",
                "SMTP_URL",
                "MAIL_FROM",
            ],
            _ => &["MONGODB_URI"],
        };
        let given = given(&container);
        for variable in required {
            let in_file = format!("{variable}_FILE");
            let is_given = given.contains(*variable) || given.contains(&in_file);
            assert!(is_given, "{name}: {variable}");
        }
        for variable in &given {
            let variable = variable.strip_suffix("_FILE").unwrap_or(variable);
            assert!(known.contains(variable), "{name}: {variable}");
        }
        let mount = &container["volumeMounts"][0];
        assert_eq!(mount["readOnly"], true, "{name}");
        let folder = mount["mountPath"].as_str().expect("a folder");
        for variable in items(&container["env"]) {
            if name_of(variable).ends_with("_FILE") {
                let file = variable["value"].as_str().expect("a file");
                assert!(file.starts_with(folder), "{name}: {file}");
            }
        }
        let secret = &pod["volumes"][0]["secret"]["secretName"];
        assert_eq!(*secret, name.as_str(), "everybody has secrets of its own");
    }
}

#[test]
fn probes_ask_the_operators_listener() {
    for (name, _, container) in workloads() {
        if name == "dossier-migrate" {
            continue;
        }
        let ports = items(&container["ports"]);
        let ports: Vec<_> = ports.filter(|it| name_of(it) == "metrics").collect();
        assert_eq!(ports.len(), 1, "{name}");
        let listens = items(&container["env"]).find(|it| name_of(it) == "METRICS_ADDR");
        let listens = &listens.expect("it is set")["value"];
        let port = format!("0.0.0.0:{}", ports[0]["containerPort"]);
        assert_eq!(*listens, port.as_str(), "{name}");
        for (probe, path) in [
            ("startupProbe", "/livez"),
            ("livenessProbe", "/livez"),
            ("readinessProbe", "/readyz"),
        ] {
            let asks = &container[probe]["httpGet"];
            assert_eq!(*asks, json!({ "path": path, "port": "metrics" }), "{name}");
            // The database has two seconds to answer.
            let limit = container[probe]["timeoutSeconds"].as_u64();
            assert!(limit.is_some_and(|it| it >= 3), "{name}: {probe}");
        }
    }
}

#[test]
fn programs_have_time_to_stop() {
    let settings = settings();
    let seconds = |name: &str| {
        let text = settings[name].as_str().expect(name);
        text.parse::<u64>().expect("seconds")
    };
    let grace = seconds("SHUTDOWN_GRACE_SECONDS");
    for (name, pod, _) in workloads() {
        let needed = match name.as_str() {
            "dossier-api" => seconds("SHUTDOWN_DELAY_SECONDS") + grace,
            "dossier-worker" => grace,
            _ => continue,
        };
        let period = pod["terminationGracePeriodSeconds"].as_u64();
        assert!(period.is_some_and(|it| it > needed), "{name}: {period:?}");
    }
}

#[test]
fn a_disruption_takes_one_pod_at_a_time() {
    let budgets = of_kind("PodDisruptionBudget");
    for deployment in of_kind("Deployment") {
        let selector = &deployment["spec"]["selector"];
        let labels = &deployment["spec"]["template"]["metadata"]["labels"];
        assert_eq!(selector["matchLabels"], *labels);
        let budget = budgets
            .iter()
            .find(|it| it["spec"]["selector"] == *selector);
        let budget = budget.unwrap_or_else(|| panic!("{} has none", name(&deployment)));
        assert_eq!(budget["spec"]["maxUnavailable"], 1);
    }
}

#[test]
fn workers_follow_the_age_of_the_oldest_ready_job() {
    let scaled = of_kind("ScaledObject").remove(0);
    let spec = &scaled["spec"];
    let target = spec["scaleTargetRef"]["name"].as_str().expect("a target");
    let deployments = of_kind("Deployment");
    let target = deployments.iter().find(|it| name(it) == target);
    let target = target.expect("the target is there");
    assert!(target["spec"].get("replicas").is_none(), "KEDA says so");
    let least = spec["minReplicaCount"].as_u64();
    assert!(
        least.is_some_and(|it| it >= 1),
        "mails are never left alone"
    );
    let trigger = &spec["triggers"][0];
    assert_eq!(trigger["type"], "prometheus");
    assert_eq!(trigger["metricType"], "Value");
    let query = trigger["metadata"]["query"].as_str();
    assert_eq!(query, Some("max(dossier_queue_oldest_ready_age_seconds)"));
}
