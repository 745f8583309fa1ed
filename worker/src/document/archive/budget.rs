//! What the archive says it will expand to. The inflater holds it to that.

use crate::document::limits::Limits;
use crate::document::reason::Reason;
use crate::document::stop::Stop;

use super::entry::Entry;

/// Refuses an archive that declares more than the limits allow.
pub(super) fn check(entries: &[Entry], limits: &Limits) -> Result<(), Stop> {
    let (mut compressed, mut inflated) = (0_u64, 0_u64);
    for entry in entries {
        compressed = compressed.saturating_add(entry.compressed_bytes);
        inflated = inflated.saturating_add(entry.inflated_bytes);
        if entry.inflated_bytes > limits.part_bytes {
            return Err(bomb(format!(
                "{} expands to {} bytes",
                entry.quoted(),
                entry.inflated_bytes
            )));
        }
        if expands(
            entry.compressed_bytes,
            entry.inflated_bytes,
            limits.part_ratio,
            limits,
        ) {
            return Err(bomb(format!(
                "{} expands beyond {}:1",
                entry.quoted(),
                limits.part_ratio
            )));
        }
    }
    if inflated > limits.total_bytes {
        return Err(bomb(format!("all parts expand to {inflated} bytes")));
    }
    if expands(compressed, inflated, limits.total_ratio, limits) {
        return Err(bomb(format!(
            "the file expands beyond {}:1",
            limits.total_ratio
        )));
    }
    Ok(())
}

/// Whether an expansion is out of proportion, and large enough to matter.
fn expands(compressed: u64, inflated: u64, ratio: u64, limits: &Limits) -> bool {
    inflated > limits.ratio_floor_bytes && inflated / ratio.max(1) > compressed
}

fn bomb(detail: String) -> Stop {
    Stop::reject(Reason::ZipBomb, detail)
}
