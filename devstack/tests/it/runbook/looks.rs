//! The sections that only look: what they show is what a stack says that is well.

use super::scenario::Scenario;
use crate::harness::TestStack;

#[tokio::test]
async fn what_is_asked_in_passing_has_an_answer() {
    let stack = TestStack::start(|options| options).await;
    for (title, words) in [
        ("Requests fail", "dossier-api healthcheck"),
        ("Figures are missing", "dossier-worker healthcheck"),
        ("The audit is incomplete", "audit list"),
    ] {
        let mut page = Scenario::on(&stack, title).await;
        page.step(words).await;
        page.end();
    }
}
