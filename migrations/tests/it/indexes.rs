//! The migrated queue has the indexes that the queue's own crate asks for.

use std::collections::BTreeMap;

use apalis_mongodb::{Config, indexes, setup};
use dossier_devstack::testing::TestDatabase;

use crate::harness::{applied, shape};

#[tokio::test]
async fn the_queue_is_indexed_as_its_crate_wants() {
    let (migrated, set_up) = (TestDatabase::create().await, TestDatabase::create().await);
    applied(migrated.database()).await;
    let set_up_by_the_crate = setup(set_up.database(), &Config::new("any")).await;
    set_up_by_the_crate.expect("the crate can set itself up");
    let wanted = shape(set_up.database()).await.collections;
    let mut found = shape(migrated.database()).await.collections;
    found.retain(|name, _| wanted.contains_key(name));
    let specifications = |all: BTreeMap<String, (_, Vec<_>)>| {
        all.into_iter()
            .map(|(name, (_, indexes))| (name, indexes))
            .collect::<BTreeMap<_, _>>()
    };
    let (found, wanted) = (specifications(found), specifications(wanted));
    assert!(found == wanted, "{found:#?}\n{wanted:#?}");
    let count: usize = wanted.values().map(|indexes| indexes.len() - 1).sum();
    assert_eq!(
        count,
        indexes().len(),
        "none was forgotten by the comparison"
    );
}

#[tokio::test]
async fn one_address_one_account_is_a_rule_of_the_database() {
    let database = TestDatabase::create().await;
    applied(database.database()).await;
    let shape = shape(database.database()).await;
    let (_, indexes) = &shape.collections["users"];
    let unique = indexes
        .iter()
        .find(|index| index.get_str("name").ok() == Some("email_key_unique"));
    assert!(unique.is_some_and(|it| it.get_bool("unique").unwrap_or(false)));
}
