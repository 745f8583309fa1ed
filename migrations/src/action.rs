//! What a migration can do.

use mongodb::Database;
use mongodb::bson::{Document, doc};
use mongodb::options::WriteConcern;

use crate::MigrationError;

const NAMESPACE_EXISTS: i32 = 48;
const INDEX_NOT_FOUND: i32 = 27;

/// One idempotent step, described by data.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Makes a collection, unless it is there.
    CreateCollection {
        /// Its name.
        name: &'static str,
    },
    /// Makes an index, unless the same one is there.
    CreateIndex {
        /// On which collection.
        collection: &'static str,
        /// The specification as `createIndexes` takes it: `key`, `name`, options.
        spec: Document,
    },
    /// Removes an index, unless it is gone.
    DropIndex {
        /// Of which collection.
        collection: &'static str,
        /// Its name.
        name: &'static str,
    },
    /// Removes documents that no version of the programs needs any more.
    DeleteDocuments {
        /// Of which collection.
        collection: &'static str,
        /// Which of them.
        filter: Document,
    },
    /// Computes documents from those of a collection. The pipeline ends in a `$merge` that replaces what it
    /// finds, so that it can run again.
    Aggregate {
        /// Of which collection.
        collection: &'static str,
        /// The stages.
        pipeline: Vec<Document>,
    },
    /// Sets the JSON schema that documents of a collection must follow.
    SetValidator {
        /// Of which collection.
        collection: &'static str,
        /// The schema.
        schema: Document,
    },
}

impl Action {
    /// Whether `next` can be carried out together with this one: indexes of a collection are made by one command,
    /// which takes half as long.
    pub(crate) fn goes_with(&self, next: &Self) -> bool {
        match (self, next) {
            (
                Self::CreateIndex { collection, .. },
                Self::CreateIndex {
                    collection: other, ..
                },
            ) => collection == other,
            _ => false,
        }
    }

    /// Carries actions out that [go together](Self::goes_with), of which there is at least one.
    pub(crate) async fn apply(actions: &[Self], database: &Database) -> Result<(), MigrationError> {
        let Some(first) = actions.first() else {
            return Ok(());
        };
        let indexes = actions.iter().filter_map(|action| match action {
            Self::CreateIndex { spec, .. } => Some(spec.clone()),
            _ => None,
        });
        let (command, operation) = match first {
            Self::DeleteDocuments { collection, filter } => {
                return delete(database, collection, filter).await;
            }
            Self::CreateCollection { name } => {
                (doc! { "create": name }, format!("create collection {name}"))
            }
            Self::CreateIndex { collection, .. } => (
                doc! { "createIndexes": collection, "indexes": indexes.collect::<Vec<_>>() },
                format!("create indexes on {collection}"),
            ),
            Self::DropIndex { collection, name } => (
                doc! { "dropIndexes": collection, "index": name },
                format!("drop the index {name} of {collection}"),
            ),
            Self::Aggregate {
                collection,
                pipeline,
            } => (
                doc! {
                    "aggregate": collection,
                    "pipeline": pipeline.clone(),
                    "cursor": {},
                    "writeConcern": { "w": "majority" },
                },
                format!("compute from {collection}"),
            ),
            Self::SetValidator { collection, schema } => (
                doc! {
                    "collMod": collection,
                    "validator": { "$jsonSchema": schema.clone() },
                    "validationLevel": "strict",
                    "validationAction": "error",
                },
                format!("set the validator of {collection}"),
            ),
        };
        match database.run_command(command).await {
            Ok(_) => Ok(()),
            Err(error) if is_done_already(&error) => Ok(()),
            Err(error) => Err(MigrationError::database(operation)(error)),
        }
    }

    /// The action in the form its checksum is taken of.
    pub(crate) fn canonical(&self) -> String {
        match self {
            Self::CreateCollection { name } => format!("collection {name}"),
            Self::CreateIndex { collection, spec } => format!("index {collection} {spec}"),
            Self::DropIndex { collection, name } => format!("no index {collection} {name}"),
            Self::DeleteDocuments { collection, filter } => {
                format!("no documents {collection} {filter}")
            }
            Self::Aggregate {
                collection,
                pipeline,
            } => {
                let stages: Vec<String> = pipeline.iter().map(Document::to_string).collect();
                format!("aggregate {collection} {}", stages.join(" "))
            }
            Self::SetValidator { collection, schema } => format!("validator {collection} {schema}"),
        }
    }
}

async fn delete(
    database: &Database,
    collection: &str,
    filter: &Document,
) -> Result<(), MigrationError> {
    let documents = database.collection::<Document>(collection);
    let deleted = documents
        .delete_many(filter.clone())
        .write_concern(WriteConcern::majority())
        .await;
    let operation = format!("remove documents of {collection}");
    deleted
        .map(drop)
        .map_err(MigrationError::database(operation))
}

/// A collection that is there, an index that is gone.
fn is_done_already(error: &mongodb::error::Error) -> bool {
    matches!(
        error.kind.as_ref(),
        mongodb::error::ErrorKind::Command(command)
            if [NAMESPACE_EXISTS, INDEX_NOT_FOUND].contains(&command.code)
    )
}
