//! "Change keys": a new key takes the place of the old one, and nobody notices.

use serde_json::json;

use super::scenario::Scenario;
use crate::harness::TestStack;

/// Such as `openssl rand -base64 32` makes.
const JWT_KEYS: &str = "old:c2l4IHRpbWVzIHNldmVuIGlzIGZvcnR5LXR3by4uLi4=";

#[tokio::test]
async fn a_key_takes_the_place_of_another_while_people_use_the_service() {
    let secrets = tempfile::tempdir().expect("a folder");
    let file = |name: &str| secrets.path().join(name).display().to_string();
    let files = [
        ("FERNET_KEYS_FILE", file("fernet_keys")),
        ("JWT_KEYS_FILE", file("jwt_keys")),
    ];
    let old = dossier_devstack::testing::FERNET_KEY;
    std::fs::write(&files[0].1, old).expect("it can be written");
    std::fs::write(&files[1].1, JWT_KEYS).expect("it can be written");
    let stack = TestStack::start(|options| {
        let options = options.env("FERNET_KEYS", "").api_env("JWT_KEYS", "");
        files
            .iter()
            .fold(options, |options, (name, path)| options.env(name, path))
    })
    .await;
    let ops = stack.ops().await;
    let password = json!({ "current_password": stack.secrets().ops.password });
    let begun = ops.post("/v1/me/totp", &password).await;
    begun
        .and_then(|answer| answer.expect(200))
        .expect("a seed is stored");

    let mut page = Scenario::on(&stack, "Change keys").await;
    page.set("SECRETS", &secrets.path().display().to_string());
    for (name, path) in &files {
        page.set(name, path);
    }
    page.step("keys generate").await;
    page.step("kill -HUP").await;
    page.step("healthcheck").await;
    stack.client("in-between@dossier.example").await;
    page.step("kill -HUP").await;
    page.step("healthcheck").await;
    page.step("reseal").await;
    page.step("reseal").await;
    page.step("kill -HUP").await;
    page.step("healthcheck").await;
    page.end();
    stack.client("afterwards@dossier.example").await;
    let seen = ops.get("/v1/me").await;
    seen.and_then(|answer| answer.expect(200))
        .expect("a session goes on");
}
