//! The path, in order.

use super::client::Client;
use super::error::StoryError;
use super::inbox::Inbox;
use super::reporter::StepReporter;
use super::steps::{accounts, addressed, delivery, documents, old_interface, passwords, told};
use crate::stack::StackRecord;

/// Who and what the path leaves behind, for measurements that go on from there.
#[derive(Debug)]
pub struct Outcome {
    /// The client who signed up.
    pub client: Client,
    /// The Ops user.
    pub ops: Client,
    /// A document the client may download.
    pub file_id: String,
}

/// Walks the whole path.
///
/// # Errors
///
/// At the first step that fails.
pub async fn walk(
    record: &StackRecord,
    reporter: &mut StepReporter<'_>,
) -> Result<Outcome, StoryError> {
    let (anyone, inbox) = (Client::new(&record.api_url), Inbox::at(&record.inbox_url));
    let client = become_client(&anyone, &inbox, reporter).await?;
    let step = anyone.log_in(&record.ops.email, &record.ops.password);
    let ops = reporter.step("Ops logs in", step).await?;
    let step = passwords::invite(&ops, &anyone, &inbox);
    reporter
        .step("somebody whom Ops invited gets an account", step)
        .await?;
    let (file_id, url) = hand_over(&ops, &client, reporter).await?;
    let step = old_interface::sign_up_the_old_way(&anyone, &inbox);
    let stranger = reporter
        .step("another client signs up the old way", step)
        .await?;
    let step = delivery::refuse_stranger(&stranger, &file_id, &url);
    reporter
        .step(
            "another client sees nothing of the document, and the link is of no use there",
            step,
        )
        .await?;
    let step = told::tell_recipient(&ops, &anyone, &stranger, &inbox);
    reporter
        .step("a recipient is told of a document, and invited", step)
        .await?;
    let step = delivery::withdraw(&ops, &client, (&file_id, &url));
    reporter
        .step(
            "a withdrawn document is gone, and a restored one is back",
            step,
        )
        .await?;
    keep_for_one((&ops, &client, &stranger), &inbox, reporter).await?;
    let step = old_interface::old_interface(&anyone, &record.ops, &stranger);
    reporter
        .step("the old interface uploads and downloads", step)
        .await?;
    Ok(Outcome {
        client,
        ops,
        file_id,
    })
}

/// A document for one person, from its upload to its withdrawal; another client sees nothing of it throughout.
async fn keep_for_one(
    (ops, client, stranger): (&Client, &Client, &Client),
    inbox: &Inbox,
    reporter: &mut StepReporter<'_>,
) -> Result<(), StoryError> {
    let step = addressed::upload(ops, client);
    let of = reporter
        .step("a document for one client becomes available", step)
        .await?;
    let step = addressed::unseen(stranger, &of, None);
    reporter
        .step("another client sees nothing of it", step)
        .await?;
    let step = addressed::told(inbox, &of);
    reporter.step("a mail tells its recipient", step).await?;
    let step = addressed::download(client, &of);
    let url = reporter.step("the recipient downloads it", step).await?;
    let step = addressed::unseen(stranger, &of, Some(url.as_str()));
    reporter
        .step("the other client still sees nothing of it", step)
        .await?;
    let step = addressed::withdraw(ops, client, (&of, url.as_str()));
    reporter
        .step("it is withdrawn: the recipient's next request is 404", step)
        .await?;
    let step = addressed::unseen(stranger, &of, Some(url.as_str()));
    reporter
        .step("and the other client never saw it", step)
        .await
}

/// From an unknown address to a client who is logged in.
async fn become_client(
    anyone: &Client,
    inbox: &Inbox,
    reporter: &mut StepReporter<'_>,
) -> Result<Client, StoryError> {
    let login = accounts::newcomer();
    let step = accounts::sign_up(anyone, &login);
    reporter.step("a client signs up", step).await?;
    let step = inbox.verification_link(&login.email);
    let (link, token) = reporter.step("the verification mail arrives", step).await?;
    let step = accounts::look(anyone, &link, &login);
    reporter
        .step(
            "looking at the link and pressing its button changes nothing",
            step,
        )
        .await?;
    let step = accounts::verify(anyone, &token, &login);
    reporter
        .step("the token and the password confirm the sign-up", step)
        .await?;
    let step = passwords::replace_forgotten(anyone, inbox, &login);
    let login = reporter
        .step("the mailed link replaces a forgotten password", step)
        .await?;
    let step = anyone.log_in(&login.email, &login.password);
    reporter.step("the client logs in", step).await
}

/// From documents on the disk of Ops to the same bytes at the client; returns the file and
/// the address it was downloaded from.
async fn hand_over(
    ops: &Client,
    client: &Client,
    reporter: &mut StepReporter<'_>,
) -> Result<(String, String), StoryError> {
    let recipient = documents::address_of(client).await?;
    let step = documents::upload_documents(ops, &recipient);
    let ids = reporter
        .step(
            "a docx, a pptx and an xlsx for the client become available",
            step,
        )
        .await?;
    let step = documents::upload_refused(ops);
    reporter
        .step("a renamed archive and hidden macros are rejected", step)
        .await?;
    let step = documents::list(client, &ids);
    reporter.step("the client sees the documents", step).await?;
    let step = delivery::create_link(client, &ids[0]);
    let url = reporter
        .step("the client gets a download link", step)
        .await?;
    let step = delivery::download(client, &url);
    reporter
        .step("the download is the same document, also in parts", step)
        .await?;
    Ok((ids[0].clone(), url))
}
