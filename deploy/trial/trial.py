"""Runs what the images would hold, as docker-compose.yml and the Dockerfile say, and walks through it once.

It is started by .ci/deployment in namespaces of its own: of networks, where nothing but the loopback interface is, of
mounts, and of processes, so that nothing of it is left when this program has ended, however it ends.
"""

import argparse
import fcntl
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

import checks
import compose
import dockerfile
import image
import mail
from checks import CHECKOUT, HOST, MAIL_PORT, say
from container import Engine
from stack import Stack

# Services whose images are those of others, and do not matter to the programs of Dossier.
LEFT_OUT = {"mail", "proxy", "prometheus"}


def loopback_up():
    """Switches on the one interface of this network namespace."""
    interfaces = [name for _, name in socket.if_nameindex()]
    if interfaces != ["lo"]:
        sys.exit(f"this is no network namespace of its own: it has {', '.join(interfaces)}")
    with socket.socket() as any_socket:
        request = struct.pack("16sh22x", b"lo", 0x1 | 0x40)  # IFF_UP, IFF_RUNNING
        fcntl.ioctl(any_socket, 0x8914, request)  # SIOCSIFFLAGS


def control_groups(name):
    """The name, where this machine lets memory be limited by groups below it; None elsewhere."""
    # crun refuses a machine that has both versions. It is taken away in this namespace of mounts alone.
    both = Path("/sys/fs/cgroup/unified")
    if both.is_mount():
        subprocess.run(["umount", both], check=True)
    version_2 = Path("/sys/fs/cgroup/cgroup.controllers")
    root = Path("/sys/fs/cgroup") if version_2.exists() else Path("/sys/fs/cgroup/memory")
    if version_2.exists() and "memory" not in version_2.read_text().split():
        return None
    try:
        (root / name).mkdir()
    except OSError:
        return None
    return name


def project_in(folder, settings):
    """A folder as somebody has it who deploys: the files of the checkout, settings and secrets.

    With the settings for trying it out, documents are kept in a volume, as docs/DEPLOYMENT.md says.
    """
    folder.mkdir(parents=True)
    for name in ("docker-compose.yml", "Dockerfile", ".env.example"):
        shutil.copy(CHECKOUT / name, folder / name)
    shutil.copytree(CHECKOUT / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("trial"))
    subprocess.run(["chmod", "-R", "a+rX", "deploy"], cwd=folder, check=True)
    subprocess.run(["deploy/make-secrets"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    if settings == ".env":
        text = (folder / ".env.example").read_text()
        text = re.sub("^PUBLIC_URL=.*$", f"PUBLIC_URL=https://{HOST}", text, flags=re.MULTILINE)
        text = re.sub("^MAIL_FROM=.*$", f'MAIL_FROM="Dossier <no-reply@{HOST}>"', text, flags=re.MULTILINE)
        (folder / ".env").write_text(text)
        (folder / "secrets/smtp_url").write_text(f"smtp://mail:{MAIL_PORT}\n")
        (folder / "secrets/smtp_url").chmod(0o644)
    else:
        page = (CHECKOUT / "docs/DEPLOYMENT.md").read_text()
        (override,) = re.findall(r"```yaml\n([^`]*documents:/var/lib/dossier[^`]*)```", page)
        (folder / "docker-compose.override.yml").write_text(override)
        (folder / ".env").write_text("BLOB_URL=file:///var/lib/dossier\n")
    return compose.Project(folder, settings)


def walk(options, layouts, images, settings, whole):
    """One deployment from its start to its end, with the settings of one file."""
    name = settings.rsplit("/", 1)[-1].strip(".")
    folder = options.work / name
    say(f"-- with the settings of {settings}")
    project = project_in(folder / "project", settings)
    hosts = folder / "hosts"
    hosts.write_text("".join(f"127.0.0.1 {host}\n" for host in ["localhost", "mail", *project.services]))
    engine = Engine(options.crun, options.tini, folder / "containers", hosts, options.cgroups)
    stack = Stack(engine, project, images, layouts, LEFT_OUT)
    public_url = project.services["api"].environment["PUBLIC_URL"]
    with mail.Catcher(MAIL_PORT) as catcher:
        try:
            stack.start()
            order = ", ".join(stack.containers)
            say(f"started in this order, each when what it waits for was there: {order}")
            if whole:
                for program in ("api", "worker"):
                    checks.confinement(stack.containers[program], options.cgroups)
                files = stack.containers["api"].open_files()
                memory = " and limited memory" if options.cgroups else ""
                say(f"the API and the worker run as 65532 without capabilities, read-only, with {files} files{memory}")
                checks.database(stack)
                checks.commands(stack)
                for program in ("api", "worker"):
                    checks.health(stack, program)
                checks.keys(stack)
            checks.documents(stack, catcher, public_url)
            checks.logs(stack)
            for container, code, took in stack.stop():
                assert code == 0, f"{container.name} ended with {code} after SIGTERM"
                say(f"{container.name} ended {took:.1f} s after SIGTERM, of {container.service.stop_grace} s")
        except BaseException:
            for container in stack.containers.values():
                if container.log.exists():
                    print(f"-- the end of the log of {container.name}", *container.said().splitlines()[-15:], sep="\n")
            raise


def main():
    parser = argparse.ArgumentParser()
    for name in ("work", "programs", "packages", "crun", "tini", "mongod", "mongosh", "node"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--cgroups", required=True)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    loopback_up()
    options.cgroups = control_groups(options.cgroups)
    if not options.cgroups:
        say("memory is not limited: this machine lets no control groups be made")

    images = dockerfile.images(CHECKOUT / "Dockerfile")
    roots = options.work / "roots"
    image.base(options.packages, roots / "base")
    layouts = {}
    for name, made in images.items():
        layouts[name] = image.of_dockerfile(made, roots / "base", options.programs, roots / name)
        found = image.without_shell(roots / name)
        assert found == [place for _, place in made.copied], f"{name} has other programs: {found}"
    say(f"root file systems of {', '.join(images)}: no shell, and no program but Dossier's own")
    layouts["mongo"] = image.of_mongodb(roots / "mongo", options.mongod, options.mongosh, options.node)

    walk(options, layouts, images, ".env", whole=True)
    walk(options, layouts, images, "deploy/compose/dev.env", whole=False)


if __name__ == "__main__":
    main()
