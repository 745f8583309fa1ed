use std::time::Duration;

use apalis_core::backend::codec::Codec;
use apalis_core::backend::{Metrics, StatType, Statistic};

use crate::MongoStorage;
use crate::codec::MongoCompact;
use crate::deadline::spawned;
use crate::error::Error;
use crate::operator::QueueCounts;

impl<Args, C> Metrics for MongoStorage<Args, C>
where
    C: Codec<Args> + Send + Sync,
    C::Compact: MongoCompact,
{
    async fn global(&self) -> Result<Vec<Statistic>, Error> {
        let operator = self.operator();
        let counts = spawned(async move { operator.count_by_state(None).await }).await?;
        let total = counts.values().fold(QueueCounts::default(), add);
        Ok(statistics(&total, None))
    }

    async fn fetch_by_queue(&self) -> Result<Vec<Statistic>, Error> {
        let operator = self.operator();
        let queue = self.config().queue.clone();
        spawned(async move {
            let counts = operator.count_by_state(Some(&queue)).await?;
            let counts = counts.into_values().next().unwrap_or_default();
            let oldest = operator.oldest_ready_age(&queue).await?;
            Ok(statistics(&counts, Some(oldest.unwrap_or_default())))
        })
        .await
    }
}

fn add(total: QueueCounts, of_queue: &QueueCounts) -> QueueCounts {
    QueueCounts {
        scheduled: total.scheduled + of_queue.scheduled,
        ready: total.ready + of_queue.ready,
        running: total.running + of_queue.running,
        done: total.done + of_queue.done,
        dead: total.dead + of_queue.dead,
        cancelled: total.cancelled + of_queue.cancelled,
    }
}

/// Under the titles that apalis' board looks for.
pub(super) fn statistics(counts: &QueueCounts, oldest: Option<Duration>) -> Vec<Statistic> {
    let pending = counts.scheduled + counts.ready;
    let finished = counts.done + counts.dead + counts.cancelled;
    let mut rows = vec![
        number("PENDING_JOBS", pending),
        number("RUNNING_JOBS", counts.running),
        number("FAILED_JOBS", counts.dead),
        number("DONE_JOBS", counts.done),
        number("KILLED_JOBS", counts.cancelled),
        number("QUEUE_BACKLOG", counts.ready),
        number("TOTAL_JOBS", pending + counts.running + finished),
    ];
    if let Some(oldest) = oldest {
        rows.push(row(
            "OLDEST_PENDING_SECONDS",
            StatType::Decimal,
            format!("{:.3}", oldest.as_secs_f64()),
        ));
    }
    if finished > 0 {
        let share = counts.done as f64 * 100.0 / finished as f64;
        rows.push(row(
            "SUCCESS_RATE",
            StatType::Percentage,
            format!("{share:.2}"),
        ));
    }
    for (priority, row) in (1..).zip(&mut rows) {
        row.priority = Some(priority);
    }
    rows
}

fn number(title: &str, value: u64) -> Statistic {
    row(title, StatType::Number, value.to_string())
}

fn row(title: &str, stat_type: StatType, value: String) -> Statistic {
    Statistic {
        title: title.to_owned(),
        stat_type,
        value,
        priority: None,
    }
}
