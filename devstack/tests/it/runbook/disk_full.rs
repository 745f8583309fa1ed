//! "The disk is full": uploads are refused while there is less room than is to stay free.

use dossier_devstack::stack::StackOptions;
use dossier_devstack::story::Fixture;
use dossier_devstack::testing::TestDatabase;

use super::scenario::Scenario;
use crate::harness::TestStack;

/// More than any volume has.
const RESERVE: u64 = 1 << 59;

/// The status of an upload's answer, and its problem's code.
async fn upload(stack: &TestStack) -> (u16, String) {
    let document = Fixture::read("report.docx").expect("the fixture");
    let answer = stack.ops().await.upload("/v1/files", &document).await;
    let answer = answer.expect("the API answers");
    (
        answer.status.as_u16(),
        answer.text("code").unwrap_or_default(),
    )
}

#[tokio::test]
async fn uploads_are_refused_until_there_is_room() {
    let database = TestDatabase::create().await;
    let uri = database.uri();
    // The same accounts know the same passwords before and after.
    let state = tempfile::tempdir().expect("a folder");
    let leaving = |options, bytes: u64| {
        let state_dir = state.path().to_path_buf();
        let options = StackOptions {
            state_dir,
            ..options
        };
        options.api_env("STORAGE_RESERVE_BYTES", bytes)
    };
    let stack = TestStack::start_on(uri, |options| leaving(options, RESERVE)).await;
    assert_eq!(upload(&stack).await, (507, "storage_full".to_owned()));
    stack.sign_up("client@dossier.example").await;
    stack.wait_for_mail("client@dossier.example").await;
    let mut page = Scenario::on(&stack, "The disk is full").await;
    page.set("STORAGE_RESERVE_BYTES", &RESERVE.to_string());
    page.step("storage show").await;
    drop(stack);

    // Another volume has more room than this process wants to leave free.
    let stack = TestStack::start_on(uri, |options| leaving(options, 1)).await;
    page.take_from(&stack);
    assert_eq!(upload(&stack).await.0, 202);
    page.step("storage recount").await;
    page.end();
}
