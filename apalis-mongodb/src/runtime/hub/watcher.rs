//! The change stream: a hint that there is work. One per process and database.
//!
//! It costs the server about as much as the writes it reports. While every queue of the process
//! has more jobs waiting than its workers can take, nobody needs the hint; then it is closed.

use std::sync::Weak;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use mongodb::action::Watch;
use mongodb::bson::{Document, doc};
use mongodb::change_stream::ChangeStream;
use mongodb::change_stream::event::{ChangeStreamEvent, OperationType};
use mongodb::options::{ReadConcern, ReadPreference, SelectionCriteria};
use tokio::time::timeout;

use super::Hub;
use super::only_connection::OnlyConnection;
use super::reopen::ReopenBackoff;
use crate::deadline::within;
use crate::error::{Context, Error};
use crate::model::{Status, field as f};

/// An idle stream asks the server this seldom; an event is answered at once all the same.
const MAX_AWAIT: Duration = Duration::from_secs(4);
/// An idle stream answers every [`MAX_AWAIT`]; one that does not has lost its connection.
const ANSWER_LIMIT: Duration = Duration::from_secs(15);
/// How long a stop or a new worker may go unnoticed while there is no stream.
const CHECK_EVERY: Duration = Duration::from_secs(1);
const UNAUTHORIZED: i32 = 13;
const OPEN: &str = "open a change stream";
/// After a stream that lived this long, the back-off begins anew.
const STEADY: Duration = Duration::from_secs(30);

type Stream = ChangeStream<ChangeStreamEvent<Document>>;

/// Watches until the last worker is gone. Whenever the stream breaks in a way that the driver
/// cannot resume, a new one is opened and every queue is looked at. Streams that break again and
/// again are opened ever more seldom, and told of once.
pub(super) async fn run(hub: Weak<Hub>) {
    let mut backoff = ReopenBackoff::default();
    loop {
        if !wait_for_idle(&hub).await {
            return;
        }
        let Some(shared) = hub.upgrade() else { return };
        let opened = open(&shared).await;
        match opened {
            Ok(stream) => {
                // What was enqueued before the stream began.
                shared.wake_all();
                shared.streaming.store(true, Ordering::Relaxed);
                drop(shared);
                let opened_at = Instant::now();
                let end = follow(&hub, stream).await;
                if matches!(end, End::Unneeded) || opened_at.elapsed() > STEADY {
                    backoff = ReopenBackoff::default();
                }
                match end {
                    End::Unneeded => {}
                    End::Broken(error) => {
                        backoff.report("change stream lost; polling until it is open again", error);
                    }
                    End::OnlyConnection => return give_up(&hub),
                }
            }
            Err(error) => {
                drop(shared);
                backoff.report("no change stream; polling instead", Some(error));
            }
        }
        if let Some(shared) = hub.upgrade() {
            shared.streaming.store(false, Ordering::Relaxed);
            shared.poll.notify_one();
        }
        tokio::time::sleep(backoff.pause()).await;
    }
}

/// Polls from now on.
fn give_up(hub: &Weak<Hub>) {
    tracing::warn!(
        "the change stream takes the client's only connection; polling instead: set maxPoolSize to 2 or more"
    );
    if let Some(shared) = hub.upgrade() {
        shared.streaming.store(false, Ordering::Relaxed);
        shared.poll.notify_one();
    }
}

/// Waits until some queue is idle; false if the last worker is gone.
async fn wait_for_idle(hub: &Weak<Hub>) -> bool {
    loop {
        let Some(shared) = hub.upgrade() else {
            return false;
        };
        if shared.has_idle_queue() {
            return true;
        }
        tokio::select! {
            () = shared.idle.notified() => {}
            () = tokio::time::sleep(CHECK_EVERY) => {}
        }
    }
}

/// Why a stream is followed no further.
enum End {
    /// Every queue is saturated, or the last worker is gone.
    Unneeded,
    /// It ended, with an error or without.
    Broken(Option<Error>),
    /// While it waits, no command of the same client gets through.
    OnlyConnection,
}

/// Opens a stream of the database, or of the jobs alone if no more is allowed.
async fn open(hub: &Hub) -> Result<Stream, Error> {
    if !hub.is_confined.load(Ordering::Relaxed) {
        match open_on_database(hub).await {
            Err(error) if error.has_code(UNAUTHORIZED) => {
                tracing::debug!("no right to watch the database; watching the jobs alone");
                hub.is_confined.store(true, Ordering::Relaxed);
            }
            opened => return opened,
        }
    }
    open_on_jobs(hub).await
}

async fn open_on_database(hub: &Hub) -> Result<Stream, Error> {
    let (db, pipeline) = (hub.db.clone(), pipeline(hub));
    let opening = async move { configured(db.watch().pipeline(pipeline)).await };
    within(ANSWER_LIMIT, OPEN, opening).await
}

async fn open_on_jobs(hub: &Hub) -> Result<Stream, Error> {
    let jobs = hub.collections.jobs(&hub.db);
    let pipeline = pipeline(hub);
    let opening = async move { configured(jobs.watch().pipeline(pipeline)).await };
    within(ANSWER_LIMIT, OPEN, opening).await
}

/// A stream of the majority's own changes from the primary, whatever the connection string says of
/// reading.
fn configured<'a>(watch: Watch<'a, Document>) -> Watch<'a, Document> {
    watch
        .max_await_time(MAX_AWAIT)
        .read_concern(ReadConcern::majority())
        .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary))
}

/// New jobs, jobs put back, made due or given another priority, jobs cancelled, and changed queue
/// settings; of each only what is read.
fn pipeline(hub: &Hub) -> [Document; 2] {
    let updated = |field: &str| format!("updateDescription.updatedFields.{field}");
    let status = updated(f::STATUS);
    let interesting = doc! { "$or": [
        { "ns.coll": &hub.collections.jobs, "operationType": "insert" },
        {
            "ns.coll": &hub.collections.jobs,
            "operationType": "update",
            "$or": [
                { status.as_str(): { "$in": [Status::Pending, Status::Killed] } },
                { updated(f::RUN_AT): { "$exists": true } },
                { updated(f::PRIORITY): { "$exists": true } },
            ],
        },
        {
            "ns.coll": &hub.collections.queues,
            "$or": [
                { "operationType": { "$in": ["insert", "replace"] } },
                // Not what workers write there themselves.
                { "updateDescription.updatedFields.paused": { "$exists": true } },
                { "updateDescription.updatedFields.limits": { "$exists": true } },
                { "updateDescription.updatedFields.parked": { "$exists": true } },
            ],
        },
        { "operationType": { "$in": ["invalidate", "drop", "dropDatabase", "rename"] } },
    ] };
    let fields = doc! {
        f::ID: 1,
        "operationType": 1,
        "ns": 1,
        "documentKey": 1,
        "fullDocument._id": 1,
        "fullDocument.queue": 1,
        // The driver takes an event for broken that has one half of a description.
        "updateDescription": { "$cond": [
            { "$eq": ["$operationType", "update"] },
            {
                "updatedFields": { f::STATUS: f::path(&status) },
                "removedFields": [],
            },
            "$$REMOVE",
        ] },
    };
    [doc! { "$match": interesting }, doc! { "$project": fields }]
}

/// Follows `stream` as long as it lives and somebody needs it.
async fn follow(hub: &Weak<Hub>, mut stream: Stream) -> End {
    let mut only_connection = OnlyConnection::default();
    while stream.is_alive() {
        const OPERATION: &str = "follow the change stream";
        if let Some(shared) = hub.upgrade() {
            only_connection.ask(&shared.db);
        }
        // The stream is dropped with its call: nothing is read from it any more.
        let next = match timeout(ANSWER_LIMIT, stream.next_if_any()).await {
            Ok(next) => next.context(OPERATION),
            Err(_) => Err(Error::TimedOut {
                operation: OPERATION,
                limit: ANSWER_LIMIT,
            }),
        };
        let Some(shared) = hub.upgrade() else {
            return End::Unneeded;
        };
        match next {
            Ok(Some(event)) => {
                only_connection.was_interrupted();
                notice(&shared, &event);
            }
            Ok(None) if only_connection.is_confirmed() => return End::OnlyConnection,
            Ok(None) => {}
            Err(error) => return End::Broken(Some(error)),
        }
        if shared.is_saturated() {
            return End::Unneeded;
        }
    }
    End::Broken(None)
}

fn notice(hub: &Hub, event: &ChangeStreamEvent<Document>) {
    use OperationType::{Drop, DropDatabase, Invalidate, Rename};
    if matches!(
        event.operation_type,
        Drop | DropDatabase | Invalidate | Rename
    ) {
        hub.forget_settings();
        hub.wake_all();
        return;
    }
    let id = event
        .document_key
        .as_ref()
        .and_then(|key| key.get_str(f::ID).ok());
    let collection = event.ns.as_ref().and_then(|ns| ns.coll.as_deref());
    if collection == Some(hub.collections.queues.as_str()) {
        id.into_iter().for_each(|queue| hub.settings_changed(queue));
        return;
    }
    let inserted = event
        .full_document
        .as_ref()
        .and_then(|job| job.get_str(f::QUEUE).ok());
    if let Some(queue) = inserted {
        hub.wake(queue);
        return;
    }
    let status = event
        .update_description
        .as_ref()
        .and_then(|update| update.updated_fields.get_str(f::STATUS).ok());
    if status == Some(Status::Killed.as_str()) {
        id.into_iter().for_each(|id| hub.was_cancelled(id));
    } else {
        // An update does not say of which queue.
        hub.wake_all();
    }
}
