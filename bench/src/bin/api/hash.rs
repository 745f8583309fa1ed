//! The hash of a password alone.

use anyhow::anyhow;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use dossier_bench::cpu_seconds_of_thread;
use futures_util::future::try_join_all;

/// The processor milliseconds of a hash with the parameters of the API (Argon2id, 19 MiB, two passes,
/// one lane), in memory that is allocated once: the mean of `count` on each of so many threads at once.
pub(crate) async fn cpu_ms(count: u32, threads: usize) -> anyhow::Result<f64> {
    let each = (0..threads).map(|_| tokio::task::spawn_blocking(move || seconds(count)));
    let each = try_join_all(each).await?;
    let seconds: anyhow::Result<f64> = each.into_iter().sum();
    Ok(seconds? * 1000.0 / (f64::from(count) * threads as f64))
}

/// The processor seconds of `count` hashes.
fn seconds(count: u32) -> anyhow::Result<f64> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default());
    let mut memory = vec![Block::default(); argon2.params().block_count()];
    let mut hash = || {
        let (password, salt) = (b"correct horse battery staple", b"sixteen bytes...");
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        let hashed =
            argon2.hash_password_into_with_memory(password, salt, &mut output, &mut memory);
        hashed.map_err(|error| anyhow!("the hash failed: {error}"))
    };
    // The first one meets its memory.
    hash()?;
    let before = cpu_seconds_of_thread();
    for _ in 0..count {
        hash()?;
    }
    Ok(cpu_seconds_of_thread() - before)
}
