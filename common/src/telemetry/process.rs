//! What the system tells of this process, on Linux; elsewhere only its version and start.

use std::fs;

use super::exposition::Exposition;

/// Ticks a second of the times in `/proc`: a constant of the kernel's interface.
const TICKS: f64 = 100.0;

/// Writes what is known of this process, which started at `started`, in Unix time.
pub(super) fn write(page: &mut Exposition, started: u64) {
    let program = std::env::current_exe().ok();
    let program = program.as_deref().and_then(|path| path.file_name());
    let program = program.map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let labels = [
        ("program", program.as_str()),
        ("version", env!("CARGO_PKG_VERSION")),
    ];
    page.metric("dossier_build_info");
    page.sample("dossier_build_info", &labels, 1.0);
    page.one("process_start_time_seconds", started as f64);
    let read = |name: &str| fs::read_to_string(format!("/proc/self/{name}")).unwrap_or_default();
    let (status, stat, limits) = (read("status"), read("stat"), read("limits"));
    let kibibytes = [
        ("process_resident_memory_bytes", "VmRSS:"),
        ("process_resident_memory_max_bytes", "VmHWM:"),
        ("process_virtual_memory_bytes", "VmSize:"),
    ];
    for (metric, field) in kibibytes {
        show(
            page,
            metric,
            number_after(&status, field).map(|it| it * 1024.0),
        );
    }
    show(page, "process_threads", number_after(&status, "Threads:"));
    show(page, "process_cpu_seconds_total", cpu_seconds(&stat));
    show(
        page,
        "process_max_fds",
        number_after(&limits, "Max open files"),
    );
    let open = fs::read_dir("/proc/self/fd").ok();
    show(
        page,
        "process_open_fds",
        open.map(|entries| entries.count() as f64),
    );
}

fn show(page: &mut Exposition, metric: &str, value: Option<f64>) {
    if let Some(value) = value {
        page.one(metric, value);
    }
}

/// The first number after `field` at the beginning of a line.
fn number_after(text: &str, field: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The times of user and system in `/proc/self/stat`: fields 14 and 15, counted from behind the name,
/// which may have anything in it.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_after_their_names() {
        let status = "Name:\tdossier\nVmRSS:\t    2048 kB\nThreads:\t7\n";
        assert_eq!(number_after(status, "VmRSS:"), Some(2048.0));
        assert_eq!(number_after(status, "Threads:"), Some(7.0));
        assert_eq!(number_after(status, "VmSize:"), None);
        let limits = "Limit                     Soft Limit           Hard Limit\nMax open files            1024                 4096                 files\n";
        assert_eq!(number_after(limits, "Max open files"), Some(1024.0));
    }

    #[test]
    fn the_name_of_a_program_does_not_shift_its_times() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 8 0 100 0 0";
        assert_eq!(cpu_seconds(stat), Some(2.0));
        assert_eq!(cpu_seconds(""), None);
    }
}
