//! `docker-compose.yml`: what a container may do, take and be reached by.

use serde_json::{Map, Value, json};

use super::{documents, file, is_pinned, texts};

/// Its image is root's, and so are the folders of certificates. It may bind ports below 1024, and nothing
/// else that root may.
const MAY_BE_ROOT: [&str; 1] = ["proxy"];

fn services() -> Map<String, Value> {
    let mut documents = documents("docker-compose.yml");
    match documents.remove(0)["services"].take() {
        Value::Object(services) => services,
        other => panic!("{other}"),
    }
}

#[test]
fn no_container_has_rights_that_it_does_not_need() {
    for (name, service) in services() {
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(service["cap_drop"], json!(["ALL"]), "{name}");
        let options = texts(&service["security_opt"]);
        assert_eq!(options, ["no-new-privileges:true"], "{name}");
        for right in ["privileged", "pid", "ipc", "devices"] {
            assert!(service.get(right).is_none(), "{name}: {right}");
        }
        let may_be_root = MAY_BE_ROOT.contains(&name.as_str());
        let added = texts(&service["cap_add"]);
        let allowed: &[&str] = if may_be_root {
            &["NET_BIND_SERVICE"]
        } else {
            &[]
        };
        assert_eq!(added, allowed, "{name}");
        // Images of ours have a user of their own: see `images`.
        let user = service["user"].as_str().unwrap_or_default();
        let is_ours = service["build"].is_object();
        let is_nobody = !user.is_empty() && user != "root" && !user.starts_with('0');
        assert!(may_be_root || is_ours || is_nobody, "{name} runs as root");
    }
}

#[test]
fn memory_processes_and_logs_are_limited() {
    for (name, service) in services() {
        assert!(service["mem_limit"].is_string(), "{name}");
        assert!(service["pids_limit"].is_u64(), "{name}");
        // Compose refuses a file that has limits in both forms.
        assert!(service.get("deploy").is_none(), "{name}");
        let log = &service["logging"]["options"];
        assert!(log["max-size"].is_string(), "{name}");
        assert!(log["max-file"].is_string(), "{name}");
    }
}

#[test]
fn images_are_ours_or_have_a_whole_version() {
    for (name, service) in services() {
        match service["image"].as_str() {
            Some(image) => assert!(is_pinned(image), "{name}: {image}"),
            None => assert_eq!(service["build"]["target"], *name, "{name}"),
        }
    }
}

#[test]
fn only_the_proxy_is_reached_from_other_machines_and_the_database_from_programs() {
    let services = services();
    for (name, service) in &services {
        for port in texts(&service["ports"]) {
            assert!(
                name == "proxy" || port.starts_with("127.0.0.1:"),
                "{name}: {port}"
            );
        }
    }
    assert_eq!(services["mongo"]["networks"], json!(["database"]));
    assert!(services["mongo"].get("ports").is_none());
    let networks = documents("docker-compose.yml").remove(0)["networks"].take();
    assert_eq!(networks["database"]["internal"], true);
    let front = &networks["front"]["ipam"]["config"][0];
    let subnet = front["subnet"].as_str().expect("a network");
    let subnet = subnet.trim_end_matches("0/24");
    let address = &services["proxy"]["networks"]["front"]["ipv4_address"];
    let address = address.as_str().expect("an address");
    assert!(address.starts_with(subnet), "{address} is not in {subnet}");
    let page = file("docs/DEPLOYMENT.md");
    assert!(page.contains(&format!("TRUSTED_PROXIES={address}\n")));
    let machine = front["gateway"].as_str().expect("an address");
    assert!(
        page.contains(&format!("`{machine}`, the address")),
        "of a proxy on the machine"
    );
}

#[test]
fn mongod_asks_who_is_there_and_keeps_addresses_out_of_its_log() {
    let start = file("deploy/mongo/start");
    let command = start.lines().find_map(|line| line.strip_prefix("exec "));
    let command = command.expect("it becomes mongod");
    for option in [
        "--auth",
        "--keyFile",
        "--replSet rs0",
        "--slowOpSampleRate 0",
    ] {
        assert!(command.contains(option), "{option}: {command}");
    }
}

#[test]
fn the_programs_have_the_documented_rights() {
    let page = file("docs/OPERATIONS.md");
    let (_, call) = page.split_once(".createRole(").expect("a role");
    let (documented, _) = call.split_once("\n)").expect("the call ends");
    let documented: Value = serde_json::from_str(documented).expect("it is JSON");
    let given: Value = serde_json::from_str(&file("deploy/mongo/role.json")).expect("JSON");
    assert_eq!(
        given, documented,
        "bring deploy/mongo/role.json up to date with docs/OPERATIONS.md"
    );
}
