//! What a process that died has done and not stored.

use super::OperationError;
use super::run::{Run, number};
use crate::operation::Verb;
use crate::queue::backend::JobFilter;
use crate::queue::backend::operator::{Selection, StepOptions};

impl Run<'_> {
    /// Stores which jobs the next step deletes; what it is to select.
    pub(super) async fn intend(
        &mut self,
        options: &StepOptions,
    ) -> Result<Selection, OperationError> {
        let operation = &mut self.driver.operation;
        let (change, selection) = (operation.verb.change(), &operation.selection);
        let ids = self.operator.next_jobs(change, selection, options).await;
        let ids = ids.map_err(OperationError::queue("select jobs"))?;
        operation.deleting.clone_from(&ids);
        // Of an empty list a filter would mean every job. None is selected any more anyway.
        let only = match &operation.selection {
            Selection::Filter(filter) if !ids.is_empty() => Selection::Filter(JobFilter {
                ids,
                ..filter.clone()
            }),
            _ => Selection::Ids(ids),
        };
        if !operation.deleting.is_empty() {
            // Whether it is to stop is asked after the step.
            self.driver.save().await?;
        }
        Ok(only)
    }

    /// Counts the jobs of a step that another process, or this one in vain, has made and not stored.
    pub(super) async fn find_uncounted(&mut self) -> Result<(), OperationError> {
        if self.driver.operation.verb == Verb::Delete {
            return self.count_deleted().await;
        }
        let operation = &mut self.driver.operation;
        let (selection, after) = (&operation.selection, operation.cursor.as_deref());
        let found = self.operator.find_noted(selection, &self.note.key, after);
        let (found, last) = found
            .await
            .map_err(OperationError::queue("find noted jobs"))?;
        if let Some(last) = last {
            let found = number(found);
            operation.counts.reached += found;
            operation.counts.changed += found;
            operation.cursor = Some(last);
        }
        Ok(())
    }

    /// Of the jobs that were about to be deleted, counts those that are gone.
    async fn count_deleted(&mut self) -> Result<(), OperationError> {
        let operation = &mut self.driver.operation;
        let left = self.operator.find_jobs(&operation.deleting).await;
        let left = left.map_err(OperationError::queue("find jobs"))?;
        let gone = number(operation.deleting.len().saturating_sub(left.len()) as u64);
        operation.counts.reached += gone;
        operation.counts.changed += gone;
        operation.deleting.clear();
        Ok(())
    }
}
