//! The hash of a password alone.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use dossier_bench::cpu_seconds_of_thread;

/// The processor milliseconds of a hash with the parameters of the API (Argon2id, 19 MiB, two passes, one lane),
/// on one thread, in memory that is allocated once; the mean of `count`.
pub(crate) async fn cpu_ms(count: u32) -> anyhow::Result<f64> {
    tokio::task::spawn_blocking(move || {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default());
        let mut memory = vec![Block::default(); argon2.params().block_count()];
        let mut hash = || {
            let (mut output, salt) = ([0; Params::DEFAULT_OUTPUT_LEN], b"sixteen bytes...");
            argon2.hash_password_into_with_memory(
                b"correct horse battery staple",
                salt,
                &mut output,
                &mut memory,
            )
        };
        // The first one meets its memory.
        let hashed = hash();
        let before = cpu_seconds_of_thread();
        let hashed = (0..count).fold(hashed, |so_far, _| so_far.and_then(|()| hash()));
        let used = cpu_seconds_of_thread() - before;
        hashed.map_err(|error| anyhow::anyhow!("the hash failed: {error}"))?;
        Ok(used * 1000.0 / f64::from(count))
    })
    .await?
}
