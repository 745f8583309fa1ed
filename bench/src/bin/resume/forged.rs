//! A token with one byte changed is as good as none.

use std::collections::BTreeMap;

use dossier_bench::Promises;
use dossier_devstack::story::{Answer, Fixture};
use serde_json::Value;

use crate::place::Place;

/// Changes each byte of a token that works, one at a time, and looks at the answers.
pub(crate) async fn look(place: &Place, promises: &mut Promises) -> anyhow::Result<()> {
    let file = place.upload(&Fixture::read("report.docx")?).await?;
    let client = place.client().await?;
    let link = place.one_use(&client, &file).await?;
    let token = link.path.trim_start_matches("/download/");
    let mut answers = BTreeMap::<String, usize>::new();
    for at in 0..token.len() {
        let path = format!("/download/{}", changed(token, at));
        *answers.entry(seen(&client.get(&path).await?)).or_insert(0) += 1;
    }
    let made_up = seen(&client.get("/download/made-up").await?);
    let is_one = answers.len() == 1 && answers.contains_key(&made_up);
    promises.add(
        "tokens",
        "each byte changed gets the answer of a token that was made up",
        format!("{} bytes, {} answers", token.len(), answers.len()),
        is_one && made_up.starts_with("404 "),
    );
    let whole = client.get(&link.path).await?.status.as_u16();
    promises.add(
        "tokens",
        "the token itself works after that",
        whole,
        whole == 200,
    );
    Ok(())
}

/// The token with another letter of its alphabet at `at`.
fn changed(token: &str, at: usize) -> String {
    let mut bytes = token.as_bytes().to_vec();
    if let Some(byte) = bytes.get_mut(at) {
        *byte = if *byte == b'A' { b'B' } else { b'A' };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// All of an answer that must not depend on what was asked for.
fn seen(answer: &Answer) -> String {
    let mut body = answer.json();
    if let Some(id) = body.get_mut("request_id") {
        *id = Value::Null;
    }
    let is_own = |name: &str| matches!(name, "x-request-id" | "date" | "ratelimit");
    let headers = answer.headers.iter();
    let headers: BTreeMap<String, String> = headers
        .filter(|(name, _)| !is_own(name.as_str()))
        .map(|(name, value)| (name.to_string(), format!("{value:?}")))
        .collect();
    format!("{} {body} {headers:?}", answer.status.as_u16())
}
