//! Operations on many jobs: one process carries one out, each job is changed once, and it stops when it has to.

use std::ops::ControlFlow;
use std::time::Duration;

use dossier_common::audit::{Act, Outcome};
use dossier_common::id::{OperationId, UserId};
use dossier_common::network::Network;
use dossier_common::operations::{
    self, Counts, FailureBound, Initiator, Operation, OperationError, OperationState, Order,
    Progress, Verb,
};
use dossier_common::queue::backend::operator::{BulkOptions, RetryOptions, Selection};
use dossier_common::queue::backend::{JobFilter, JobSummary};
use dossier_common::queue::{JobState, SendEmail};
use dossier_common::store::audit::AuditFilter;
use dossier_common::user::Role;
use mongodb::bson::{Document, doc};

use crate::harness::{NOW, TestStore};

fn grace() -> Initiator {
    Initiator::operator("grace@host")
}

fn mails(state: JobState) -> JobFilter {
    JobFilter::queue("send-email").state(state)
}

/// So many mails that are cancelled.
async fn cancelled(test: &TestStore, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..count {
        let id = test.job();
        let user_id = UserId::generate(&test.entropy, NOW);
        let enqueuing = test.store.transaction("enqueue a job", |tx| {
            let job = SendEmail::AccountExists { user_id };
            Box::pin(async move { tx.enqueue(job, id).await })
        });
        enqueuing.await.expect("it can be enqueued");
        ids.push(id.to_string());
    }
    let operator = test.store.queue_operator();
    let selection = Selection::Ids(ids.clone());
    let report = operator.cancel_jobs(&selection, BulkOptions::default());
    assert_eq!(report.await.expect("they can be").changed, count as u64);
    ids
}

async fn jobs(test: &TestStore, filter: &JobFilter) -> Vec<JobSummary> {
    let operator = test.store.queue_operator();
    let page = operator.list_jobs(filter, None, 1000);
    page.await.expect("they can be listed").items
}

/// Changes jobs as they are stored.
async fn set(test: &TestStore, filter: Document, fields: Document) {
    let jobs = test.database().collection::<Document>("apalis_jobs");
    let update = jobs.update_many(filter, vec![doc! { "$set": fields }]);
    update.await.expect("they can be changed");
}

async fn begin(test: &TestStore, order: Order) -> Operation {
    let begun = operations::begin(&test.store, order).await;
    begun.expect("it can begin")
}

fn go_on(_: &Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Has jobs that are cancelled wait again.
async fn revive(test: &TestStore, ids: &[String]) {
    let operator = test.store.queue_operator();
    let selection = Selection::Ids(ids.to_vec());
    let report = operator.retry_jobs(&selection, RetryOptions::default());
    assert_eq!(report.await.expect("they can be").changed, ids.len() as u64);
}

/// Does what workers do where every attempt fails.
async fn fail_every_attempt(test: &TestStore, ids: &[String]) {
    loop {
        let attempt = doc! {
            "attempt": 1, "worker": "worker@1", "started_at": "$$NOW", "finished_at": "$$NOW",
            "outcome": "failed",
        };
        let ready = doc! { "_id": { "$in": ids.to_vec() }, "status": "Pending" };
        let failed = doc! { "status": "Failed", "finished_at": "$$NOW", "history": [attempt] };
        set(test, ready, failed).await;
    }
}

#[tokio::test]
async fn an_operation_is_stored_audited_and_carried_out_to_its_end() {
    let test = TestStore::new().await;
    let ids = cancelled(&test, 3).await;
    let order = Order::new(Verb::Retry, mails(JobState::Cancelled), grace());
    let plan = operations::plan(&test.store, &order).await;
    let plan = plan.expect("it can be asked");
    assert_eq!(plan.matched, 3);
    assert_eq!(plan.states.get(&JobState::Cancelled), Some(&3));
    let begun = begin(&test, order).await;
    assert_eq!((begun.total, begun.state), (3, OperationState::Running));
    assert_eq!(jobs(&test, &mails(JobState::Cancelled)).await.len(), 3);
    let mut told = Vec::new();
    let ended = operations::carry_out(&test.store, begun.clone(), |progress| {
        told.push(progress.counts.reached);
        ControlFlow::Continue(())
    });
    let ended = ended.await.expect("it can be carried out");
    assert_eq!(told.last(), Some(&3));
    assert_eq!(
        (ended.state, ended.counts.changed),
        (OperationState::Done, 3)
    );
    assert_eq!(jobs(&test, &mails(JobState::Ready)).await.len(), 3);
    let found = test.store.find_operation(begun.id).await;
    assert_eq!(found.expect("readable"), Some(ended));
    for id in ids {
        let job = test.store.queue_operator().find_job(&id).await;
        let job = job.expect("readable").expect("there");
        let line = format!("retried by operator grace@host, operation {}", begun.id);
        assert_eq!(job.log[0].line, line);
    }
    let filter = AuditFilter {
        object: Some(begun.id.to_string()),
        ..AuditFilter::default()
    };
    let entries = test.store.list_audit(&filter, None, 10).await;
    let entries = entries.expect("readable");
    assert_eq!(entries.len(), 2);
    for entry in &entries {
        assert_eq!((entry.act, entry.outcome), (Act::RetryJobs, Outcome::Done));
    }
    let again = operations::carry_out(&test.store, begun, go_on).await;
    assert!(matches!(again, Err(OperationError::Done(_))));
}

#[tokio::test]
async fn no_more_jobs_are_changed_than_were_selected_when_it_began() {
    let test = TestStore::new().await;
    let ids = cancelled(&test, 5).await;
    revive(&test, &ids[..3]).await;
    let order = Order::new(Verb::Cancel, mails(JobState::Ready), grace());
    let begun = begin(&test, order.over(Duration::from_millis(100))).await;
    assert_eq!(begun.total, 3);
    // They were there before and come to match now.
    revive(&test, &ids[3..]).await;
    let ended = operations::carry_out(&test.store, begun, go_on).await;
    let ended = ended.expect("it can be carried out");
    assert_eq!(ended.state, OperationState::Done);
    assert_eq!((ended.counts.reached, ended.counts.changed), (3, 3));
    assert_eq!(jobs(&test, &mails(JobState::Ready)).await.len(), 2);
    assert_eq!(ended.missed(), 0);
    // One was taken by a worker in the moment of its turn, and one had lost its unique key.
    let counts = Counts {
        changed: 1,
        conflicts: 1,
        ..ended.counts
    };
    let lost = Operation { counts, ..ended };
    assert_eq!(lost.missed(), 1);
}

#[tokio::test]
async fn a_person_is_named_by_id_with_the_network_and_the_request() {
    let test = TestStore::new().await;
    let ids = cancelled(&test, 1).await;
    let id = UserId::generate(&test.entropy, NOW);
    let network = Network::of([192, 0, 2, 1].into());
    let by = Initiator::person(id, Role::Admin).from_network(network, "req_1");
    let order = Order::new(Verb::Delete, Selection::Ids(ids), by);
    let begun = begin(&test, order).await;
    let ended = operations::carry_out(&test.store, begun, go_on).await;
    let ended = ended.expect("it can be carried out");
    assert_eq!((ended.counts.changed, ended.by.user_id()), (1, Some(id)));
    let filter = AuditFilter {
        act: Some(Act::DeleteJobs),
        user: Some(id),
        network: Some("192.0.2.1".to_owned()),
        ..AuditFilter::default()
    };
    let entries = test.store.list_audit(&filter, None, 10).await;
    let entries = entries.expect("readable");
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].request_id.as_deref(), Some("req_1"));
}

#[tokio::test]
async fn one_process_carries_it_out_and_a_stopped_one_is_resumed_where_it_was() {
    let test = TestStore::new().await;
    cancelled(&test, 20).await;
    let order = Order::new(Verb::Retry, mails(JobState::Cancelled), grace());
    let begun = begin(&test, order.over(Duration::from_secs(3600))).await;
    let (id, another) = (begun.id, test.another().await);
    let mut taken = None;
    // The first job's turn is at once. Then another process comes.
    let ended = operations::carry_out(&test.store, begun.clone(), |progress| {
        assert_eq!(progress.total, 20);
        assert!(progress.left > Some(Duration::from_secs(3000)));
        taken = taken.or(Some(progress.counts));
        ControlFlow::Break(())
    });
    let ended = ended.await.expect("it can be carried out");
    assert_eq!(taken.map(|counts| counts.changed), Some(1));
    assert_eq!(ended.state, OperationState::Stopped);
    assert_eq!(ended.reason.as_deref(), Some("interrupted"));
    assert_eq!(jobs(&test, &mails(JobState::Cancelled)).await.len(), 19);

    let (stop, stopped) = tokio::sync::oneshot::channel();
    let mut stop = Some(stop);
    let store = test.store.clone();
    let running = tokio::spawn(async move {
        operations::resume(&store, id, &grace(), |_| {
            if let Some(stop) = stop.take() {
                let _ = stop.send(());
            }
            ControlFlow::Continue(())
        })
        .await
    });
    stopped.await.expect("it is under way");
    let refused = operations::carry_out(&another, begun, go_on).await;
    assert!(matches!(refused, Err(OperationError::Driven(_))));
    // Another one waits for its process, and does not undo what somebody says meanwhile.
    let waits = tokio::spawn({
        let store = test.store.clone();
        async move { operations::resume(&store, id, &grace(), go_on).await }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let asked = operations::stop(&another, id, &grace()).await;
    assert_eq!(
        asked.expect("it can be asked").state,
        OperationState::Running
    );
    let ended = running.await.expect("no panic").expect("it ends well");
    assert_eq!(ended.state, OperationState::Stopped);
    let reason = "stopped by operator grace@host";
    assert_eq!(ended.reason.as_deref(), Some(reason));
    assert_eq!(ended.drives, 2);
    let refused = waits.await.expect("no panic").map_err(|it| it.to_string());
    let refused = refused.expect_err("it was stopped");
    assert!(
        refused.contains(&format!("stopped meanwhile ({reason})")),
        "{refused}"
    );
    let filter = AuditFilter {
        object: Some(id.to_string()),
        ..AuditFilter::default()
    };
    let entries = test.store.list_audit(&filter, None, 10).await;
    let entries = entries.expect("readable");
    for what in ["resumed", "stopped"] {
        let detail =
            format!("{what} operation {id}: queue send-email, cancelled, by operator grace@host");
        let of_it = entries
            .iter()
            .filter(|it| it.detail.as_ref() == Some(&detail));
        assert_eq!(of_it.count(), 1, "{detail}: {entries:?}");
    }
    let unknown = OperationId::generate(&test.entropy, NOW);
    let unknown = operations::stop(&another, unknown, &grace()).await;
    assert!(matches!(unknown, Err(OperationError::NotFound(_))));
}

/// Makes `operation` one that a process carried out which has died.
async fn abandon(test: &TestStore, operation: &Operation, fields: Document) {
    let rows = test.database().collection::<Document>("operations");
    let long_ago = doc! { "$subtract": ["$$NOW", 16_000] };
    let mut dead = doc! { "driver": "died", "drives": 1, "touched_at": long_ago };
    dead.extend(fields);
    let row = doc! { "_id": operation.id.to_string() };
    let written = rows.update_one(row, vec![doc! { "$set": dead }]).await;
    assert_eq!(written.expect("accepted").modified_count, 1);
}

#[tokio::test]
async fn what_a_process_that_died_has_deleted_is_counted() {
    let test = TestStore::new().await;
    let mut ids = cancelled(&test, 6).await;
    ids.sort();
    let order = Order::new(Verb::Delete, mails(JobState::Cancelled), grace());
    let begun = begin(&test, order).await;
    // It was about to delete four, has deleted three, and died before it stored that.
    let jobs = test.database().collection::<Document>("apalis_jobs");
    let gone = jobs.delete_many(doc! { "_id": { "$in": ids[..3].to_vec() } });
    assert_eq!(gone.await.expect("accepted").deleted_count, 3);
    abandon(&test, &begun, doc! { "deleting": ids[..4].to_vec() }).await;
    let now = test.store.server_time().await.expect("it tells its time");
    assert!(!begun.is_stalled(now));
    let found = test.store.find_operation(begun.id).await;
    let found = found.expect("readable").expect("there");
    assert!(found.is_stalled(now));
    let ended = operations::resume(&test.store, begun.id, &grace(), go_on).await;
    let ended = ended.expect("it can be resumed");
    assert_eq!((ended.counts.reached, ended.counts.changed), (6, 6));
    assert!(!ended.is_stalled(now));
    assert_eq!(ended.missed(), 0);
    assert_eq!(
        (ended.state, ended.deleting),
        (OperationState::Done, vec![])
    );
    assert_eq!(jobs.count_documents(doc! {}).await.expect("counted"), 0);
}

#[tokio::test]
async fn what_a_process_that_died_has_changed_is_counted_and_not_changed_again() {
    let test = TestStore::new().await;
    let mut ids = cancelled(&test, 10).await;
    ids.sort();
    let order = Order::new(Verb::Retry, mails(JobState::Cancelled), grace());
    let begun = begin(&test, order).await;
    // It has changed the first four, which were cancelled once more, and died before it stored that.
    let line = doc! { "at": "$$NOW", "attempt": 0, "line": "retried", "key": begun.id.to_string() };
    let first = doc! { "_id": { "$in": ids[..4].to_vec() } };
    set(&test, first, doc! { "log": [line] }).await;
    abandon(&test, &begun, doc! {}).await;
    let ended = operations::resume(&test.store, begun.id, &grace(), go_on).await;
    let ended = ended.expect("it can be resumed");
    assert_eq!(
        (ended.state, ended.counts.changed),
        (OperationState::Done, 10)
    );
    assert_eq!(jobs(&test, &mails(JobState::Cancelled)).await.len(), 4);
    assert_eq!(jobs(&test, &mails(JobState::Ready)).await.len(), 6);
}

#[tokio::test]
async fn it_stops_when_more_fail_than_may_and_not_when_that_is_off() {
    let test = TestStore::new().await;
    for (bound, state) in [
        (Some(FailureBound::default()), OperationState::Stopped),
        (None, OperationState::Done),
    ] {
        let ids = cancelled(&test, 30).await;
        let order = Order::new(Verb::Retry, Selection::Ids(ids.clone()), grace());
        // Slow enough that a busy machine sees the failures before the last job's turn.
        let seconds = if bound.is_some() { 10 } else { 3 };
        let order = order.over(Duration::from_secs(seconds));
        let order = order.until_failures(bound);
        let begun = begin(&test, order).await;
        let ended = tokio::select! {
            ended = operations::carry_out(&test.store, begun, go_on) => ended,
            () = fail_every_attempt(&test, &ids) => unreachable!("it has no end"),
        };
        let ended = ended.expect("it can be carried out");
        assert_eq!(ended.state, state, "{ended:?}");
        if bound.is_some() {
            let reason = ended.reason.expect("a reason");
            assert!(reason.contains("more than 50 %"), "{reason}");
            assert!(ended.counts.changed < 30, "{:?}", ended.counts);
        } else {
            assert_eq!(ended.counts.changed, 30);
        }
    }
}

#[tokio::test]
async fn it_stops_when_the_queue_of_its_jobs_is_parked_and_not_when_another_one_is() {
    let test = TestStore::new().await;
    let ids = cancelled(&test, 3).await;
    let order = Order::new(Verb::Retry, Selection::Ids(ids), grace());
    let begun = begin(&test, order.over(Duration::from_secs(10))).await;
    let (reached, mut reaches) = tokio::sync::watch::channel(0);
    let carried_out = operations::carry_out(&test.store, begun, |progress| {
        reached.send_replace(progress.counts.reached);
        ControlFlow::Continue(())
    });
    let operator = test.store.queue_operator();
    let parking = async {
        for (jobs, queue) in [(1, "validate-upload"), (2, "send-email")] {
            // What it returns is not kept: it keeps the other side from telling more.
            assert!(reaches.wait_for(|seen| *seen >= jobs).await.is_ok());
            let probe = Duration::from_secs(60);
            let parked = operator.park_queue(queue, probe, "away").await;
            parked.expect("it can be parked");
        }
    };
    let (ended, ()) = tokio::join!(carried_out, parking);
    let ended = ended.expect("it can be carried out");
    assert_eq!(ended.state, OperationState::Stopped);
    let reason = ended.reason.as_deref();
    assert_eq!(reason, Some("queue send-email is parked: away"));
}

#[tokio::test]
async fn cohorts_have_names_that_stay_and_mean_their_jobs() {
    let test = TestStore::new().await;
    let ids = cancelled(&test, 5).await;
    for (number, id) in ids.iter().enumerate() {
        let status = if number < 3 { "550" } else { "451" };
        let error = format!("permanent error ({status}): no such user {number}");
        let dead = doc! { "status": "Failed", "last_error": error };
        set(&test, doc! { "_id": id }, dead).await;
    }
    let cohorts = async || operations::cohorts(&test.store, Some("send-email")).await;
    let found = cohorts().await.expect("they can be found");
    let statuses: Vec<_> = found.iter().map(|it| it.status.as_deref()).collect();
    assert_eq!(statuses, [Some("550"), Some("451")]);
    assert_eq!(jobs(&test, &found[0].filter()).await.len(), 3);
    let id = found[0].id.clone();
    let order = Order::new(Verb::Delete, Selection::id(ids[0].clone()), grace());
    let begun = begin(&test, order).await;
    let ended = operations::carry_out(&test.store, begun, go_on).await;
    assert_eq!(ended.expect("it can be").counts.changed, 1);
    let cohort = operations::find_cohort(&test.store, &id).await;
    assert_eq!(cohort.expect("it is there").count, 2);
    let unknown = operations::find_cohort(&test.store, "00000000").await;
    assert!(matches!(unknown, Err(OperationError::NoCohort(_))));
}
