//! What the connection string says of reading and writing is for the application's own data.

use apalis_mongodb::{JobState, MongoStorage, NewJob, setup};
use mongodb::Client;

use crate::harness::Bench;
use crate::worker;

#[tokio::test]
async fn read_and_write_concerns_and_read_preferences_of_the_connection_string_change_nothing() {
    for option in [
        "readConcernLevel=majority",
        "readConcernLevel=linearizable",
        "readPreference=secondary",
        "readPreference=secondaryPreferred",
        "w=0",
        "w=1",
    ] {
        let bench = Bench::new().await;
        let uri = format!("{}&{option}", bench.uri());
        let client = Client::with_uri_str(&uri).await.unwrap();
        let db = client.database(bench.db().name());
        setup(&db, &bench.config).await.unwrap();
        let storage = MongoStorage::<u32>::new(&db, bench.config.clone());
        let id = storage.enqueue(1).await.unwrap();
        let many = storage.enqueue_many([2, 3].map(NewJob::new)).await.unwrap();
        let running = worker!(storage, 2, async |_: u32| {});
        for id in many.iter().chain([&id]) {
            let job = bench.reaches(id, JobState::Done).await;
            assert_eq!(job.attempts, 1, "{option}");
        }
        running.stop().await;
    }
}
