//! `docker-compose.yml`: who gets which settings and secrets, and what starts after what.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{default_number, documents, file, texts, variables};

/// The programs that read settings while they run.
const RUNNING: [&str; 2] = ["api", "worker"];

fn compose() -> Value {
    let mut documents = documents("docker-compose.yml");
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

/// What compose sets in a container.
fn environment(service: &Value) -> impl Iterator<Item = (&str, &str)> {
    let variables = service["environment"].as_object().into_iter().flatten();
    variables.map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()))
}

/// The variables of the example that compose sets by itself.
fn own() -> BTreeSet<String> {
    let own = variables()
        .into_iter()
        .filter(|(_, _, comment)| comment.contains("not for compose"));
    own.map(|(name, ..)| name).collect()
}

#[test]
fn every_program_gets_every_setting_of_the_file() {
    let compose = compose();
    for program in ["migrate", "api", "worker"] {
        let service = &compose["services"][program];
        assert_eq!(service["env_file"][0]["path"], ".env", "{program}");
    }
    let own = own();
    for program in RUNNING {
        let service = &compose["services"][program];
        let set: BTreeSet<_> = environment(service)
            .map(|(name, _)| name.to_owned())
            .collect();
        let missing: Vec<_> = own.difference(&set).collect();
        assert!(missing.is_empty(), "{program}: {missing:?} come from .env");
        // Anything else would go before what people have in their file.
        let others = set.iter().filter(|name| {
            let name = name.strip_suffix("_FILE").unwrap_or(name);
            !own.contains(name)
        });
        assert_eq!(
            others.collect::<Vec<_>>(),
            ["MAIL_FROM", "PUBLIC_URL"],
            "{program}"
        );
    }
}

#[test]
fn nothing_starts_without_an_address_a_sender_and_a_mail_server_that_somebody_chose() {
    let compose = compose();
    for program in RUNNING {
        let environment = &compose["services"][program]["environment"];
        for name in ["PUBLIC_URL", "MAIL_FROM"] {
            let value = environment[name].as_str().expect("it is set");
            assert!(value.starts_with(&format!("${{{name}:?")), "{value}");
        }
    }
    let chosen = variables();
    let chosen = chosen.iter().find(|(name, ..)| name == "PUBLIC_URL");
    assert_eq!(chosen.expect("it is there").1, "", "a copy has none either");
    assert_eq!(compose["services"]["mail"]["profiles"], json!(["dev"]));
    for (name, service) in compose["services"].as_object().expect("services") {
        assert!(service["depends_on"].get("mail").is_none(), "{name}");
    }
    let file_of = &compose["secrets"]["smtp_url"]["file"];
    assert_eq!(*file_of, "${SMTP_URL_SECRET:-./secrets/smtp_url}");
    let catcher = file("deploy/compose/smtp_url.dev");
    assert_eq!(catcher.trim(), "smtp://mail:1025");
    let settings = file("deploy/compose/dev.env");
    for line in [
        "COMPOSE_PROFILES=dev",
        "SMTP_URL_SECRET=./deploy/compose/smtp_url.dev",
    ] {
        assert!(settings.lines().any(|it| it == line), "{line}");
    }
}

#[test]
fn a_stack_that_is_tried_out_lacks_nothing() {
    let compose = file("docker-compose.yml");
    let settings = file("deploy/compose/dev.env");
    let value = |name: &str| {
        let mut lines = settings.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        value.unwrap_or_else(|| panic!("dev.env has no {name}"))
    };
    let required = compose.split("${").skip(1);
    let required = required.filter_map(|it| it.split_once(":?"));
    let names: BTreeSet<&str> = required.map(|(name, _)| name).collect();
    assert!(!names.is_empty());
    for name in names {
        assert!(!value(name).is_empty(), "{name}");
    }
    let port = value("PUBLIC_URL").strip_prefix("http://");
    let port = format!("{}:8080", port.expect("without TLS"));
    let compose = self::compose();
    assert!(texts(&compose["services"]["api"]["ports"]).contains(&&*port));
}

#[test]
fn secrets_are_files_that_only_those_get_who_need_them() {
    let compose = compose();
    for (service, needed) in [
        ("mongo", vec!["mongo_keyfile"]),
        (
            "mongo-init",
            vec!["mongo_admin_password", "mongodb_uri", "mongodb_migrate_uri"],
        ),
        ("migrate", vec!["mongodb_migrate_uri"]),
        (
            "api",
            vec!["mongodb_uri", "fernet_keys", "jwt_keys", "blob_keys"],
        ),
        (
            "worker",
            vec!["mongodb_uri", "fernet_keys", "blob_keys", "smtp_url"],
        ),
        ("mail", vec![]),
        ("proxy", vec![]),
        ("prometheus", vec![]),
    ] {
        let definition = &compose["services"][service];
        assert!(definition.is_object(), "{service}");
        assert_eq!(texts(&definition["secrets"]), needed, "{service}");
        for secret in needed {
            let file = compose["secrets"][secret]["file"].as_str();
            assert!(file.is_some_and(|it| it.contains("./secrets/")), "{secret}");
        }
    }
    for program in ["migrate", "api", "worker"] {
        let service = &compose["services"][program];
        let given = texts(&service["secrets"]);
        for (name, value) in environment(service) {
            if let Some(secret) = name.strip_suffix("_FILE") {
                let file = value.strip_prefix("/run/secrets/").expect("a secret");
                assert!(given.contains(&file), "{program}: {name}");
                assert_eq!(service["environment"][secret], "", "{program}: {secret}");
            }
        }
        for secret in [
            "MONGODB_URI",
            "FERNET_KEYS",
            "JWT_KEYS",
            "BLOB_KEYS",
            "SMTP_URL",
        ] {
            assert_eq!(service["environment"][secret], "", "{program}: {secret}");
        }
    }
}

#[test]
fn programs_start_in_order_and_have_time_to_stop() {
    let compose = compose();
    for (service, waits_for, condition) in [
        ("mongo-init", "mongo", "service_healthy"),
        ("migrate", "mongo-init", "service_completed_successfully"),
        ("api", "migrate", "service_completed_successfully"),
        ("worker", "migrate", "service_completed_successfully"),
        ("proxy", "api", "service_healthy"),
    ] {
        let waits = &compose["services"][service]["depends_on"][waits_for];
        assert_eq!(waits["condition"], condition, "{service}");
    }
    let grace = default_number("SHUTDOWN_GRACE_SECONDS");
    let delay = default_number("SHUTDOWN_DELAY_SECONDS");
    for (service, needed) in [("api", delay + grace), ("worker", grace)] {
        let period = compose["services"][service]["stop_grace_period"].as_str();
        let period = period.and_then(|it| it.strip_suffix('s')?.parse::<u64>().ok());
        let period = period.expect("a number of seconds");
        assert!(period > needed, "{service}: {period} s of {needed} s");
    }
}

#[test]
fn health_checks_ask_the_program_itself_and_start_nothing_heavy() {
    let compose = compose();
    for program in RUNNING {
        let check = &compose["services"][program]["healthcheck"]["test"];
        let binary = format!("/usr/local/bin/dossier-{program}");
        assert_eq!(*check, json!(["CMD", binary, "healthcheck"]));
    }
    for service in ["mongo", "api", "worker"] {
        let check = &compose["services"][service]["healthcheck"];
        assert_eq!(check["interval"], "10s", "{service}");
        let command = texts(&check["test"]).join(" ");
        assert!(!command.contains("mongosh"), "{service}: {command}");
    }
}
