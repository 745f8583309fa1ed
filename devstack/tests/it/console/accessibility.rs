//! Every page is without violations that axe finds, in both languages, light and dark; pictures of them are in
//! `target/console-pictures`.

use std::fs;
use std::path::Path;

use dossier_devstack::environment;
use dossier_devstack::stack::Login;
use serde_json::{Value, json};

use super::browser::Scripts;
use super::visitor::Visitor;
use crate::harness::TestStack;

const SIGNED_OUT: &[&str] = &["/sign-in", "/sign-up", "/signed-out"];
const FOR_EVERYBODY: &[&str] = &[
    "/documents",
    "/account",
    "/account/second-factor",
    "/account/sessions",
];
const FOR_CLIENTS: &[&str] = &["/documents/history"];
const FOR_OPS: &[&str] = &["/upload", "/invitations", "/groups"];
const FOR_ADMINS: &[&str] = &[
    "/admin",
    "/admin/queues",
    "/admin/queues/send-email",
    "/admin/workers",
    "/admin/mails",
    "/admin/explain",
    "/admin/explain?about=client@dossier.example",
    "/admin/jobs",
    "/admin/jobs/bulk",
    "/admin/operations",
    "/admin/failures",
    "/admin/users",
    "/admin/audit",
];

/// Calls its last argument with what is wrong, one line each.
const AXE: &str = "
    const done = arguments[arguments.length - 1];
    axe.run().then((found) => done(found.violations.flatMap((it) =>
        it.nodes.map((node) => `${it.id}: ${node.target.join(' ')}: ${node.failureSummary}`))));";

/// Addresses of pages, in lists.
type Pages<'a> = Vec<&'a [&'a str]>;

#[tokio::test]
async fn every_page_is_accessible_in_both_languages_light_and_dark() {
    let axe = environment::checkout().join(".ci/console/node_modules/axe-core/axe.min.js");
    let axe = fs::read_to_string(axe)
        .expect("axe is there: npm ci --prefix .ci/console --ignore-scripts");
    let stack = TestStack::start(|options| options).await;
    stack.client("client@dossier.example").await;
    let client = Login {
        email: "client@dossier.example".to_owned(),
        password: super::visitor::PASSWORD.to_owned(),
    };
    let secrets = stack.secrets();
    let roles: [(&str, Option<&Login>, Pages<'_>); 4] = [
        ("nobody", None, vec![SIGNED_OUT]),
        ("client", Some(&client), vec![FOR_EVERYBODY, FOR_CLIENTS]),
        ("ops", Some(&secrets.ops), vec![FOR_EVERYBODY, FOR_OPS]),
        (
            "admin",
            Some(&secrets.admin),
            vec![FOR_EVERYBODY, FOR_ADMINS],
        ),
    ];
    let mut violations = Vec::new();
    for (role, login, paths) in roles {
        let visitor = Visitor::new(&stack, Scripts::On).await;
        if let Some(login) = login {
            visitor.sign_in(login).await;
        }
        for path in paths.concat() {
            violations.extend(look_at(&visitor, (role, path), (&stack.api_url(), &axe)).await);
        }
        visitor.browser.end().await;
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

/// What axe finds on a page, in every way to show it.
async fn look_at(
    visitor: &Visitor,
    (role, path): (&str, &str),
    (base, axe): (&str, &str),
) -> Vec<String> {
    let mut violations = Vec::new();
    for language in ["en", "de"] {
        let cookie = json!({ "name": "lang", "value": language, "url": base });
        visitor.browser.devtools("Network.setCookie", cookie).await;
        for scheme in ["light", "dark"] {
            let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
            let media = json!({ "features": [feature] });
            visitor
                .browser
                .devtools("Emulation.setEmulatedMedia", media)
                .await;
            for width in [360, 1440] {
                let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
                let command = "Emulation.setDeviceMetricsOverride";
                visitor.browser.devtools(command, size).await;
                visitor.at(path).await;
                let name = format!("{role}-{}-{language}-{scheme}-{width}", slug(path));
                assert_eq!(visitor.browser.path().await, path_alone(path), "{name}");
                visitor.browser.run(axe, Vec::new()).await;
                let found = visitor.browser.run_to_end(AXE, Vec::new()).await;
                let found = found.as_array().cloned().unwrap_or_default();
                let lines = found.iter().filter_map(Value::as_str);
                violations.extend(lines.map(|line| format!("{name}: {line}")));
                keep(&name, &visitor.browser.picture().await);
            }
        }
    }
    violations
}

fn path_alone(path: &str) -> &str {
    path.split('?').next().unwrap_or(path)
}

fn slug(path: &str) -> String {
    let letter = |it: char| if it.is_ascii_alphanumeric() { it } else { '-' };
    path.trim_start_matches('/').chars().map(letter).collect()
}

fn keep(name: &str, picture: &[u8]) {
    let scratch = environment::scratch_dir();
    let target = scratch.parent().unwrap_or(Path::new("target"));
    let folder = target.join("console-pictures");
    fs::create_dir_all(&folder).expect("the folder can be made");
    fs::write(folder.join(format!("{name}.png")), picture).expect("it can be written");
}
