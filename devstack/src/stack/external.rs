//! The MongoDB at `MONGODB_URI`: whether it answers, and whether a stack can run on it.

use std::time::Duration;

use mongodb::Client;
use mongodb::bson::{Document, doc};
use mongodb::error::ErrorKind;
use mongodb::options::ClientOptions;
use tokio::time::timeout;

use super::error::Error;

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(4);

/// Checks that a replica set that takes writes answers at `uri`.
///
/// # Errors
///
/// When none does, in a sentence that says what is wrong and what to do; it holds no password.
pub async fn ensure_usable(uri: &str) -> Result<(), Error> {
    let uri = uri.to_owned();
    // A task of its own, for the driver is not to be left half-way. Names may take long to look up.
    let checking = tokio::spawn(async move { check(&uri).await });
    match timeout(4 * PATIENCE, checking).await {
        Ok(checked) => checked.expect("the check does not panic"),
        Err(_) => Err(Error::Unreachable {
            server: "its name is not found in time".into(),
        }),
    }
}

async fn check(uri: &str) -> Result<(), Error> {
    // The driver's words may quote a password that was not encoded.
    let Ok(options) = ClientOptions::parse(uri).await else {
        return Err(Error::InvalidUri);
    };
    match hello(options.clone()).await {
        Ok(reply) => match unsuitable(&reply, None) {
            Some(reason) => Err(Error::Unsuitable {
                server: name_of(&options),
                reason,
            }),
            None => Ok(()),
        },
        Err(error) => Err(diagnose(options, &error).await),
    }
}

/// Why there is no primary: asks the servers one by one, without their set.
async fn diagnose(options: ClientOptions, error: &mongodb::error::Error) -> Error {
    let server = name_of(&options);
    if is_refusal(error) {
        return Error::Credentials { server };
    }
    for host in &options.hosts {
        let mut alone = options.clone();
        alone.hosts = vec![host.clone()];
        alone.direct_connection = Some(true);
        alone.repl_set_name = None;
        match hello(alone).await {
            Ok(reply) => {
                let reason = unsuitable(&reply, options.repl_set_name.as_deref())
                    .unwrap_or_else(|| "its replica set cannot be reached by its own names".into());
                return Error::Unsuitable { server, reason };
            }
            Err(error) if is_refusal(&error) => return Error::Credentials { server },
            Err(_) => {}
        }
    }
    Error::Unreachable { server }
}

async fn hello(mut options: ClientOptions) -> mongodb::error::Result<Document> {
    options.server_selection_timeout = Some(PATIENCE);
    options.connect_timeout = Some(PATIENCE);
    let client = Client::with_options(options)?;
    client
        .database("admin")
        .run_command(doc! { "hello": 1, "maxTimeMS": 3000 })
        .await
}

/// Why a stack cannot run on the server that replied so; `None` when it can.
fn unsuitable(reply: &Document, expected_set: Option<&str>) -> Option<String> {
    if reply.get_str("msg").is_ok_and(|msg| msg == "isdbgrid") {
        return None;
    }
    let Ok(set) = reply.get_str("setName") else {
        let is_uninitiated = reply.get_bool("isreplicaset").unwrap_or(false);
        return Some(if is_uninitiated {
            "its replica set was not initiated".into()
        } else {
            "it is not a member of a replica set".into()
        });
    };
    if let Some(expected) = expected_set.filter(|&expected| expected != set) {
        return Some(format!("its replica set is {set} and not {expected}"));
    }
    let is_primary = reply.get_bool("isWritablePrimary").unwrap_or(false);
    (!is_primary).then(|| "it is not the primary of its replica set".into())
}

fn is_refusal(error: &mongodb::error::Error) -> bool {
    matches!(&*error.kind, ErrorKind::Authentication { .. })
        || error.to_string().contains("Authentication failed")
}

/// The servers, without what is secret about them.
fn name_of(options: &ClientOptions) -> String {
    let hosts: Vec<String> = options.hosts.iter().map(ToString::to_string).collect();
    hosts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_router_and_a_primary_will_do() {
        let primary = doc! { "setName": "rs0", "isWritablePrimary": true };
        assert_eq!(unsuitable(&doc! { "msg": "isdbgrid" }, None), None);
        assert_eq!(unsuitable(&primary, Some("rs0")), None);
        assert_eq!(unsuitable(&primary, None), None);
    }

    #[test]
    fn what_will_not_do_is_told_apart() {
        let cases = [
            (doc! {}, "not a member"),
            (doc! { "isreplicaset": true }, "not initiated"),
            (
                doc! { "setName": "rs1", "isWritablePrimary": true },
                "is rs1 and not rs0",
            ),
            (
                doc! { "setName": "rs0", "isWritablePrimary": false },
                "not the primary",
            ),
        ];
        for (reply, words) in cases {
            let said = unsuitable(&reply, Some("rs0")).expect("it will not do");
            assert!(said.contains(words), "{said}");
        }
    }
}
