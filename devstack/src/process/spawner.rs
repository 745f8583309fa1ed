//! A thread that lives as long as the program and spawns all children.
//!
//! Linux ties the parent-death signal to the *thread* that spawned the child. A child
//! spawned from a worker thread of some runtime would be killed when that runtime ends.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::{LazyLock, mpsc};
use std::{io, thread};

use rustix::process::Signal;

struct SpawnRequest {
    command: Command,
    death_signal: Signal,
    answer: mpsc::SyncSender<io::Result<Child>>,
}

static SPAWNER: LazyLock<mpsc::Sender<SpawnRequest>> = LazyLock::new(|| {
    let (requests, inbox) = mpsc::channel::<SpawnRequest>();
    thread::Builder::new()
        .name("spawner".into())
        .spawn(move || {
            for SpawnRequest {
                mut command,
                death_signal,
                answer,
            } in inbox
            {
                die_with_parent(&mut command, death_signal);
                // The caller may have gone; then its child is dropped, and reaped by nobody.
                let _ = answer.send(command.process_group(0).spawn());
            }
        })
        .expect("the machine can start one more thread");
    requests
});

/// Spawns `command` as leader of a process group of its own; when this program dies, the
/// child receives `death_signal` (Linux only).
pub(super) fn spawn(command: Command, death_signal: Signal) -> io::Result<Child> {
    let (answer, wait) = mpsc::sync_channel(1);
    let gone = |_| io::Error::other("the spawner thread has ended");
    SPAWNER
        .send(SpawnRequest {
            command,
            death_signal,
            answer,
        })
        .map_err(|_| io::Error::other("the spawner thread has ended"))?;
    wait.recv().map_err(gone)?
}

#[cfg(target_os = "linux")]
#[allow(
    unsafe_code,
    reason = "`pre_exec` has no safe counterpart; the proof stands next to it"
)]
fn die_with_parent(command: &mut Command, death_signal: Signal) {
    use rustix::process::{getpid, getppid, set_parent_process_death_signal};

    let parent = getpid();
    let before_exec = move || {
        set_parent_process_death_signal(Some(death_signal))?;
        // The parent may have died before the line above took effect.
        if getppid() == Some(parent) {
            Ok(())
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    };
    // SAFETY: the closure runs in the forked child of a threaded program, where only
    // async-signal-safe calls are sound. It makes two plain system calls (prctl, getppid),
    // takes no lock, and allocates nothing: its errors are an errno and a bare `ErrorKind`.
    unsafe {
        command.pre_exec(before_exec);
    }
}

#[cfg(not(target_os = "linux"))]
fn die_with_parent(_command: &mut Command, _death_signal: Signal) {}
