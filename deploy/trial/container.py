"""Runs one service in namespaces of its own, by crun, with the restrictions that Docker would put on it."""

import json
import os
import resource
import signal
import subprocess
import time
from pathlib import Path

# What Docker hides from every container, or lets it read only.
MASKED = ["/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats"]
MASKED += ["/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/firmware"]
READ_ONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
NO_CAPABILITIES = {kind: [] for kind in ("bounding", "effective", "inheritable", "permitted", "ambient")}
INIT = "/sbin/docker-init"
# How long a command that starts or looks at a container may take.
PATIENCE = 60


class Engine:
    """Where crun is, and where it keeps what it knows."""

    def __init__(self, crun, tini, folder, hosts, cgroups):
        self.crun = crun
        self.tini = tini
        self.folder = folder
        self.hosts = hosts
        # The control groups of this trial; None where this machine does not let them be changed.
        self.cgroups = cgroups
        folder.mkdir(parents=True)

    def command(self, *arguments):
        manager = "cgroupfs" if self.cgroups else "disabled"
        return [str(self.crun), "--root", str(self.folder / "state"), "--cgroup-manager", manager, *arguments]


class Container:
    """A service's process, from its start to its end."""

    def __init__(self, engine, service, layout, user, command, name=None):
        self.engine = engine
        self.service = service
        self.layout = layout
        self.user = user
        self.command = command
        self.name = name or service.name
        self.bundle = engine.folder / self.name
        self.log = self.bundle / "log"
        self.process = None

    def start(self):
        self.bundle.mkdir()
        (self.bundle / "config.json").write_text(json.dumps(self._configuration(), indent=1))
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.engine.command("run", "--bundle", str(self.bundle), self.name),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self

    def execute(self, command, patience=PATIENCE, text_in="", environment=None):
        """Runs another command in the container, as `docker compose exec` and health checks do."""
        path = self.bundle / "exec.json"
        path.write_text(json.dumps(self._process(command, environment or {})))
        arguments = self.engine.command("exec", "--process", str(path), self.name)
        return subprocess.run(arguments, input=text_in, capture_output=True, text=True, timeout=patience)

    def wait(self, patience):
        """The exit code of the process, which has to end by itself."""
        return self.process.wait(timeout=patience)

    def kill(self, name):
        """Sends a signal to process 1 of the container."""
        subprocess.run(self.engine.command("kill", self.name, name), check=True, timeout=PATIENCE)

    def stop(self):
        """Ends it as `docker compose stop` does; the exit code, and after how many seconds."""
        began = time.monotonic()
        self.kill("TERM")
        try:
            code = self.wait(self.service.stop_grace)
        except subprocess.TimeoutExpired as error:
            raise TimeoutError(f"{self.name} has not ended within {self.service.stop_grace} s") from error
        return code, time.monotonic() - began

    def program(self):
        """The process id of the program itself, as it is seen from here."""
        state = subprocess.run(
            self.engine.command("state", self.name), check=True, capture_output=True, timeout=PATIENCE
        )
        first = json.loads(state.stdout)["pid"]
        if not self.service.init:
            return first
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return int(children[0])

    def open_files(self):
        """The limit of open files: that of the service, unless this machine does not let it be so high."""
        wanted = self.service.open_files
        if not wanted:
            return None
        _, highest = resource.getrlimit(resource.RLIMIT_NOFILE)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(wanted, highest)))
        except (OSError, ValueError):
            return min(wanted, highest)
        return wanted

    def freeze(self):
        os.kill(self.program(), signal.SIGSTOP)

    def thaw(self):
        os.kill(self.program(), signal.SIGCONT)

    def said(self):
        return self.log.read_text(errors="replace")

    def _process(self, command, environment):
        variables = {**self.layout.environment, **self.service.environment, **environment}
        uid, gid = self.user
        process = {
            "terminal": False,
            "user": {"uid": uid, "gid": gid},
            "args": list(command),
            "env": [f"{name}={value}" for name, value in variables.items()],
            "cwd": self.layout.folder,
            "noNewPrivileges": self.service.no_new_privileges,
        }
        if not self.service.no_capabilities:
            raise ValueError(f"{self.name}: the capabilities that Docker leaves to a container are not known here")
        process["capabilities"] = NO_CAPABILITIES
        limit = self.open_files()
        if limit:
            process["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": limit, "hard": limit}]
        return process

    def _configuration(self):
        command = self.command
        mounts = [
            _mount("proc", "proc", "/proc", ["nosuid", "noexec", "nodev"]),
            _mount("tmpfs", "tmpfs", "/dev", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
            _mount("devpts", "devpts", "/dev/pts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]),
            _mount("tmpfs", "shm", "/dev/shm", ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
            _mount("sysfs", "sysfs", "/sys", ["nosuid", "noexec", "nodev", "ro"]),
            _bind(self.engine.hosts, "/etc/hosts"),
            *(_bind(source, place) for source, place in self.layout.binds),
            *(_mount("tmpfs", "tmpfs", place, ["nosuid", "noexec", "nodev"]) for place in self.service.tmpfs),
            *(_bind(source, place, write) for source, place, write in self.service.mounts),
        ]
        if self.service.init:
            mounts.append(_bind(self.engine.tini, INIT))
            command = [INIT, "--", *command]
        namespaces = [{"type": kind} for kind in ("pid", "ipc", "uts", "mount")]
        linux = {"namespaces": namespaces, "maskedPaths": MASKED, "readonlyPaths": READ_ONLY}
        if self.engine.cgroups:
            linux["cgroupsPath"] = f"/{self.engine.cgroups}/{self.name}"
            limits = {"memory": {"limit": self.service.memory}, "pids": {"limit": self.service.processes}}
            linux["resources"] = limits
        return {
            "ociVersion": "1.0.0",
            "process": self._process(command, {}),
            "root": {"path": str(self.layout.root), "readonly": self.service.read_only},
            "hostname": self.name,
            "mounts": mounts,
            "linux": linux,
        }


def _mount(kind, source, place, options):
    return {"type": kind, "source": str(source), "destination": place, "options": options}


def _bind(source, place, write=False):
    return _mount("bind", source, place, ["rbind", "rprivate", "rw" if write else "ro"])
