//! What a running process, or a tree of them, has used so far (Linux).

use std::collections::{HashMap, HashSet};
use std::fs;

/// In what unit the kernel tells times to programs, whatever its own is.
const TICKS_PER_SECOND: f64 = 100.0;

/// Processor seconds that `pid` and its descendants have used, those included that have ended.
/// Zero where the system does not tell.
pub fn cpu_seconds_of_tree(pid: u32) -> f64 {
    cpu_seconds_of_trees(&[pid])
}

/// The same for several processes; what descends from two of them counts once.
pub fn cpu_seconds_of_trees(pids: &[u32]) -> f64 {
    let all: HashMap<u32, Stat> = processes().collect();
    let tree = tree(pids, &all);
    let ticks = tree.iter().filter_map(|pid| all.get(pid));
    ticks.map(|stat| stat.ticks as f64).sum::<f64>() / TICKS_PER_SECOND
}

/// Processor seconds that all other processes have used so far. What the kernel does in threads of its
/// own is left out: it works for everybody.
pub fn cpu_seconds_of_others(pids: &[u32]) -> f64 {
    let all: HashMap<u32, Stat> = processes().collect();
    let tree = tree(pids, &all);
    let others = all
        .iter()
        .filter(|(pid, stat)| !tree.contains(pid) && **pid != KTHREADD && stat.parent != KTHREADD);
    others.map(|(_, stat)| stat.ticks as f64).sum::<f64>() / TICKS_PER_SECOND
}

/// Processor seconds that this thread has used so far, to a few milliseconds. Zero where the system does not tell.
pub fn cpu_seconds_of_thread() -> f64 {
    let line = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = line.split(' ').next().and_then(|field| field.parse().ok());
    nanoseconds.unwrap_or(0.0) / 1e9
}

/// The process whose children are the kernel's threads.
const KTHREADD: u32 = 2;

fn tree(pids: &[u32], all: &HashMap<u32, Stat>) -> HashSet<u32> {
    let mut tree: HashSet<u32> = pids.iter().copied().collect();
    loop {
        let children = all.iter().filter(|(_, stat)| tree.contains(&stat.parent));
        let found: Vec<u32> = children.map(|(pid, _)| *pid).collect();
        let before = tree.len();
        tree.extend(found);
        if tree.len() == before {
            return tree;
        }
    }
}

/// The most memory `pid` ever had in use, in KiB.
pub fn peak_memory_kib_of(pid: u32) -> Option<u64> {
    crate::machine::high_water_mark(&format!("/proc/{pid}/status"))
}

struct Stat {
    parent: u32,
    /// Its own, and of those children that it has waited for.
    ticks: u64,
}

fn processes() -> impl Iterator<Item = (u32, Stat)> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    entries.filter_map(|entry| {
        let pid = entry.ok()?.file_name().to_str()?.parse().ok()?;
        Some((pid, stat(pid)?))
    })
}

fn stat(pid: u32) -> Option<Stat> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may contain anything; the third field follows it.
    let fields: Vec<&str> = line.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    Some(Stat {
        parent: u32::try_from(number(4)?).ok()?,
        ticks: (14..=17).filter_map(number).sum(),
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_used_memory_and_no_more_time_than_there_was() {
        let pid = std::process::id();
        assert!(peak_memory_kib_of(pid).is_some_and(|kib| kib > 100));
        assert!(stat(pid).is_some());
        assert!(cpu_seconds_of_tree(pid) >= 0.0);
    }
}
