//! apalis-sqlite, with its hook and a poll every half a second.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use apalis::prelude::{
    BackendExt, IntervalStrategy, PollWith, StreamStrategy, TaskBuilder, TaskId, TaskSink,
};
use apalis_mongodb::testing::{
    CaseError, Job, Settings, Standing, Subject, standing_of, waiting_in,
};
use apalis_sqlite::callback::HookCallbackListener;
use apalis_sqlite::{Config, SqlitePool, SqliteStorage};
use sqlx::{Connection, Executor, SqliteConnection};
use tokio::sync::Mutex;

use super::collect;

const POLL: Duration = Duration::from_millis(500);

/// Longer than a connection waits for a locked database.
const LOCKED: Duration = Duration::from_secs(7);

type Hooked = PollWith<SqliteStorage<Job>, StreamStrategy<HookCallbackListener>>;

pub(crate) struct Sqlite {
    folder: PathBuf,
    /// The queues whose files were set up.
    set_up: Mutex<HashSet<String>>,
}

impl Sqlite {
    pub(crate) fn new(folder: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            folder: folder.to_owned(),
            set_up: Mutex::default(),
        })
    }

    fn url(&self, settings: &Settings) -> String {
        let file = self.folder.join(&settings.queue);
        format!("sqlite://{}.db?mode=rwc", file.display())
    }

    async fn open(
        &self,
        settings: &Settings,
    ) -> Result<(SqlitePool, HookCallbackListener), CaseError> {
        let (pool, hook) = SqliteStorage::connect_with_callback(&self.url(settings))?;
        // Once, for it locks the file.
        let mut set_up = self.set_up.lock().await;
        if set_up.insert(settings.queue.clone()) {
            SqliteStorage::setup(&pool).await?;
        }
        Ok((pool, hook))
    }

    async fn storage<Args>(&self, settings: &Settings) -> Result<SqliteStorage<Args>, CaseError> {
        let (pool, _) = self.open(settings).await?;
        Ok(SqliteStorage::new(&pool).with_config(config(settings)?))
    }
}

fn config(settings: &Settings) -> Result<Config, CaseError> {
    let timing = settings.timing;
    let missed = timing.lease.as_secs() / timing.heartbeat.as_secs();
    Ok(Config::default()
        .queue(&settings.queue)
        .batch_size(settings.buffer)
        .heartbeat_interval(timing.heartbeat)
        .missed_heartbeats(usize::try_from(missed)?))
}

impl Subject for Sqlite {
    type Backend = PollWith<Hooked, IntervalStrategy>;

    async fn backend(&self, settings: &Settings) -> Result<Self::Backend, CaseError> {
        let (pool, hook) = self.open(settings).await?;
        let storage = SqliteStorage::new(&pool).with_config(config(settings)?);
        Ok(storage.with_callback(hook).poll_with_interval(POLL))
    }

    async fn standing(
        &self,
        settings: &Settings,
        id: &TaskId,
    ) -> Result<Option<Standing>, CaseError> {
        standing_of(&mut self.storage::<Job>(settings).await?, id).await
    }

    async fn waiting(&self, settings: &Settings) -> Result<usize, CaseError> {
        waiting_in(&self.storage::<Job>(settings).await?).await
    }

    async fn enqueue_poison(&self, settings: &Settings, id: TaskId) -> Result<(), CaseError> {
        let mut backend = self.storage::<String>(settings).await?;
        let poison = TaskBuilder::new("no job".to_owned()).task_id(id).build();
        Ok(backend.push_task(poison).await?)
    }

    /// Another program holds the lock for long.
    async fn interrupt_store(&self, settings: &Settings) -> Result<(), CaseError> {
        let mut other = SqliteConnection::connect(&self.url(settings)).await?;
        other.execute("BEGIN IMMEDIATE").await?;
        tokio::time::sleep(LOCKED).await;
        other.execute("ROLLBACK").await?;
        Ok(other.close().await?)
    }

    async fn collect_in_workflow(
        &self,
        settings: &Settings,
        count: u32,
        fails_first: bool,
    ) -> Result<Vec<u32>, CaseError> {
        collect!(self.storage::<u32>(settings).await?, count, fails_first)
    }

    async fn durability(&self, settings: &Settings) -> Result<(), CaseError> {
        let storage = self.storage::<Job>(settings).await?;
        // As every program does at its start.
        SqliteStorage::setup(storage.pool()).await?;
        let mut connections = Vec::new();
        for _ in 0..storage.pool().size() {
            connections.push(storage.pool().acquire().await?);
        }
        let mut unsafe_ones = 0;
        for connection in &mut connections {
            let ask = sqlx::query_scalar("PRAGMA synchronous");
            let level: i64 = ask.fetch_one(&mut **connection).await?;
            unsafe_ones += usize::from(level == 0);
        }
        if unsafe_ones == 0 {
            return Ok(());
        }
        let all = connections.len();
        Err(CaseError::failed(format!(
            "`setup()` turned PRAGMA synchronous OFF on {unsafe_ones} of {all} connections"
        )))
    }
}
