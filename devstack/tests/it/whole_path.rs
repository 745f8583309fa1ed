//! From sign-up to download, as `cargo dev check` walks it.

use dossier_devstack::story::{StepReporter, walk};

use crate::harness::TestStack;

#[tokio::test]
async fn the_whole_path_works_from_sign_up_to_download() {
    let stack = TestStack::start(|options| options).await;
    let mut steps = Vec::new();
    let mut reporter = StepReporter::new(|report| steps.push(report.clone()));
    let walked = walk(&stack.record(), &mut reporter).await;
    drop(reporter);
    let outcome = walked.unwrap_or_else(|error| panic!("{error}; the steps were {steps:#?}"));
    assert!(outcome.file_id.starts_with("fil_"));
    assert!(
        steps.len() > 10 && steps.iter().all(|step| step.ok),
        "{steps:#?}"
    );
}
