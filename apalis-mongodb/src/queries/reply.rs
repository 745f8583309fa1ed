//! Reads the reply of a raw write command.

use mongodb::bson::{Bson, Document};

use crate::error::Error;

/// `n`, whatever number type the server chose.
pub(crate) fn count(reply: &Document) -> u64 {
    let n = match reply.get("n") {
        Some(Bson::Int32(n)) => i64::from(*n),
        Some(Bson::Int64(n)) => *n,
        Some(Bson::Double(n)) => *n as i64,
        _ => 0,
    };
    u64::try_from(n).unwrap_or(0)
}

/// A raw command succeeds as a whole even if single statements fail or the write concern does.
pub(crate) fn check(reply: &Document, operation: &'static str) -> Result<(), Error> {
    if let Some(refused) = refused_statement(reply) {
        return Err(refusal(refused, operation));
    }
    match reply.get("writeConcernError") {
        Some(failure) => Err(Error::Database {
            operation,
            source: mongodb::error::Error::custom(failure.to_string()),
        }),
        None => Ok(()),
    }
}

/// The statements that the server refused, taken out of the reply.
pub(crate) fn take_refusals(reply: &mut Document, operation: &'static str) -> Vec<Error> {
    let Some(Bson::Array(refused)) = reply.remove("writeErrors") else {
        return Vec::new();
    };
    let refused = refused.iter().filter_map(Bson::as_document);
    refused.map(|it| refusal(it, operation)).collect()
}

fn refusal(refused: &Document, operation: &'static str) -> Error {
    Error::Refused {
        operation,
        code: refused.get_i32("code").unwrap_or_default(),
        message: refused.get_str("errmsg").unwrap_or_default().to_owned(),
    }
}

/// The first of the statements that the server refused.
fn refused_statement(reply: &Document) -> Option<&Document> {
    reply
        .get_array("writeErrors")
        .ok()?
        .iter()
        .find_map(Bson::as_document)
}
