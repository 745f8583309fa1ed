//! The jobs whose end is waited for.

use dossier_common::operations::Order;
use dossier_common::queue::backend::operator::Selection;
use dossier_common::store::Store;

/// How many jobs of a list are read at once.
const PAGE: u32 = 1000;

/// The jobs that `order` is about to change.
pub(super) async fn waited_for(store: &Store, order: &Order) -> anyhow::Result<Vec<String>> {
    let operator = store.queue_operator();
    let filter = match &order.selection {
        Selection::Ids(ids) => {
            let found = operator.find_jobs(ids).await?;
            let changed = found
                .into_iter()
                .filter(|job| order.verb.applies_to(job.state));
            return Ok(changed.map(|job| job.id).collect());
        }
        Selection::Filter(filter) => filter,
    };
    let (mut cursor, mut ids) = (None::<String>, Vec::new());
    loop {
        let page = operator.list_jobs(filter, cursor.as_deref(), PAGE).await?;
        ids.extend(page.items.into_iter().map(|job| job.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(ids);
        }
    }
}
