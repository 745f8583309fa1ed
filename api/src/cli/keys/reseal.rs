//! `dossier-api keys reseal`

use anyhow::bail;
use dossier_common::clock::Clock;
use dossier_common::config::{DatabaseSettings, Environment, read_token_keys};
use dossier_common::id::UserId;
use dossier_common::queue::QueueSettings;
use dossier_common::store::Store;
use dossier_common::store::totp_seeds::AccountSeed;
use dossier_common::token::{TokenKeys, TotpSeedClaims};

/// How many accounts are read at once.
const PAGE: i64 = 500;

/// A seed that a log-in sealed meanwhile is looked at again, so often.
const PASSES: usize = 3;

/// What one look at all accounts came to.
#[derive(Default)]
struct Pass {
    /// Sealed under the first key by now.
    resealed: u64,
    /// Changed by somebody else in that moment.
    contended: u64,
    /// Whose seed no key opens.
    lost: Vec<UserId>,
}

/// Seals every seed of a second factor under the first key of FERNET_KEYS.
pub(super) async fn run() -> anyhow::Result<()> {
    let mut env = Environment::of_process();
    let database = DatabaseSettings::read(&mut env);
    let keys = read_token_keys(&mut env);
    let (database, keys) = env.finish(database.zip(keys))?;
    let settings = QueueSettings::default();
    let store = Store::open(database.uri(), "dossier-api keys reseal", &settings).await?;
    let (mut resealed, mut pass) = (0, Pass::default());
    for _ in 0..PASSES {
        pass = reseal_all(&store, &keys).await?;
        resealed += pass.resealed;
        if pass.contended == 0 {
            break;
        }
    }
    let first = keys.ids().swap_remove(0);
    dossier_service::print_line!("sealed under {first} now: {resealed} seeds of second factors");
    finish(&pass)
}

fn finish(pass: &Pass) -> anyhow::Result<()> {
    if !pass.lost.is_empty() {
        let owners: Vec<String> = pass.lost.iter().map(UserId::to_string).collect();
        bail!(
            "no key of FERNET_KEYS opens the seeds of {}: put the key back that was removed and run this again, or have the owners use recovery codes",
            owners.join(", ")
        );
    }
    if pass.contended > 0 {
        bail!(
            "{} seeds were changed meanwhile: run this again",
            pass.contended
        );
    }
    Ok(())
}

async fn reseal_all(store: &Store, keys: &TokenKeys) -> anyhow::Result<Pass> {
    let (mut pass, mut after) = (Pass::default(), None);
    loop {
        let page = store.list_totp_seeds(after, PAGE).await?;
        for account in &page {
            reseal_one(store, keys, account, &mut pass).await?;
        }
        match page.last() {
            Some(last) => after = Some(last.user_id),
            None => return Ok(pass),
        }
    }
}

async fn reseal_one(
    store: &Store,
    keys: &TokenKeys,
    account: &AccountSeed,
    pass: &mut Pass,
) -> anyhow::Result<()> {
    let (id, now) = (account.user_id, Clock::system().now());
    let Some(old) = account.sealed_seed() else {
        return Ok(());
    };
    match keys.reseal::<TotpSeedClaims>(old, now) {
        Err(_) => pass.lost.push(id),
        Ok(None) => {}
        Ok(Some(new)) => match store.replace_totp_seed(id, old, &new).await? {
            true => pass.resealed += 1,
            false => pass.contended += 1,
        },
    }
    Ok(())
}
