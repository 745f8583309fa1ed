//! "Deploy": what shows that a deployment is complete.

use super::scenario::Scenario;
use crate::harness::TestStack;

const ADDRESS: &str = "you@dossier.example";
const PASSWORD: &str = "correct horse battery staple";

#[tokio::test]
async fn a_deployment_is_seen_to_be_complete() {
    let stack = TestStack::start(|options| options).await;
    let mut page = Scenario::on(&stack, "Deploy").await;
    page.take_keys_from(&stack);
    page.set("ADDRESS", ADDRESS);
    page.set("PASSWORD", PASSWORD);
    page.step("dossier-migrate up").await;
    page.step("keys check").await;
    page.step("healthcheck").await;
    page.step("mail test").await;
    stack.wait_for_mail(ADDRESS).await;
    page.step("users create").await;
    page.end();
    let admin = stack.anyone().log_in(ADDRESS, PASSWORD).await;
    admin.expect("the account can be used");
}
