"""Runs what the images would hold, as docker-compose.yml and the Dockerfile say, and walks through it once.

It is started by .ci/deployment in namespaces of its own: of networks, where nothing but the loopback interface is, of
mounts, and of processes, so that nothing of it is left when this program has ended, however it ends.
"""

import argparse
import base64
import contextlib
import fcntl
import json
import os
import re
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import compose
import dockerfile
import image
import mail
from client import Api
from container import Engine
from stack import Stack, eventually, healthy

CHECKOUT = Path(__file__).resolve().parents[2]
BEGAN = time.monotonic()
HOST = "dossier.example.com"
API_PORT = 8080
MAIL_PORT = 1025
# Services whose images are those of others, and do not matter to the programs of Dossier.
LEFT_OUT = {"mail", "proxy", "prometheus"}


def say(text):
    print(f"{time.monotonic() - BEGAN:6.1f} s  {text}", flush=True)


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


def check_confinement(container, cgroups):
    """What the kernel says of a running program: its user, rights, limits and file system."""
    process = Path(f"/proc/{container.program()}")
    status = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines())
    expected = {"NoNewPrivs": "1", "Uid": "\t".join([str(container.user[0])] * 4)}
    expected |= dict.fromkeys(("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"), "0" * 16)
    for name, value in expected.items():
        assert status[name] == value, f"{container.name}: {name} is {status[name]}"
    root = next(line.split() for line in (process / "mountinfo").read_text().splitlines() if line.split()[4] == "/")
    assert "ro" in root[5].split(","), f"{container.name}: its root can be written"
    limits = (process / "limits").read_text()
    if container.open_files():
        limit = re.search(r"Max open files +(\d+) +(\d+)", limits).groups()
        assert limit == (str(container.open_files()),) * 2, f"{container.name}: {limit} open files"
    if cgroups:
        assert limit_of_memory(cgroups, container) == container.service.memory, f"{container.name}: its memory"


def limit_of_memory(cgroups, container):
    base = Path("/sys/fs/cgroup")
    version_1 = base / "memory" / cgroups / container.name / "memory.limit_in_bytes"
    path = version_1 if version_1.exists() else base / cgroups / container.name / "memory.max"
    return int(path.read_text())


def check_health(stack, name):
    """The health check of the image: it succeeds, and fails when the program hangs or is another one."""
    container = stack.containers[name]
    made = stack.images[container.service.target]
    answer = container.execute(made.health, made.health_timeout)
    assert answer.returncode == 0, f"{name}: {answer.stdout}{answer.stderr}"
    container.freeze()
    began = time.monotonic()
    with contextlib.suppress(subprocess.TimeoutExpired):
        answer = container.execute(made.health, made.health_timeout)
        assert answer.returncode != 0, f"{name}: healthy while it is stopped"
    took = time.monotonic() - began
    container.thaw()
    eventually(f"{name} is healthy again", lambda: healthy(container, made.health))
    assert not healthy(container, made.health, {"METRICS_ADDR": "0.0.0.0:9199"}), f"{name}: healthy at no port"
    assert not healthy(container, made.health, {"METRICS_ADDR": f"0.0.0.0:{MAIL_PORT}"}), f"{name}: mail is healthy"
    say(f"{name}: its health check succeeds; it fails in {took:.1f} s when the program is stopped, and at wrong ports")


def check_documents(stack, catcher, public_url):
    """An account, a mail and a document, from one end to the other."""
    api = Api(API_PORT)
    command = ["/usr/local/bin/dossier-api", "users", "create", "--password-stdin"]
    password = secrets.token_urlsafe(24)
    for role in ("admin", "ops", "client"):
        account = [*command, "--email", f"{role}@{HOST}", "--role", role]
        made = stack.containers["api"].execute(account, text_in=password)
        assert made.returncode == 0, made.stderr
    admin = api.log_in(f"admin@{HOST}", password)
    assert admin.json("GET", "/v1/me")["role"] == "admin"
    say("an admin is made in the container of the API, and logs in over HTTP")

    api.json("POST", "/v1/auth/reset-password", {"email": f"admin@{HOST}"}, expect=(200, 202, 204))
    text = eventually("the mail of a reset", lambda: catcher.to(f"admin@{HOST}"))
    link = re.search(rf"{re.escape(public_url)}(/\S*reset-password/)(\S+)", text)
    assert link, f"no link to {public_url} in the mail:\n{text}"
    status, _ = api.ask("GET", link[1] + link[2])
    assert status == 200, f"the page of the link: {status}"
    new = secrets.token_urlsafe(24)
    body = {"token": link[2], "new_password": new}
    api.json("POST", "/v1/auth/reset-password/confirm", body, expect=(200, 204))
    api.log_in(f"admin@{HOST}", new)
    say("a mail with a link to PUBLIC_URL comes to the mail server, and the link sets a new password")

    ops, reader = (api.log_in(f"{role}@{HOST}", password) for role in ("ops", "client"))
    content = (CHECKOUT / "fixtures/report.docx").read_bytes()
    file = ops.upload("report.docx", content)

    def verdict():
        state = ops.json("GET", f"/v1/files/{file}")["state"]
        return state if state != "received" else None

    assert eventually("a verdict on a document", verdict) == "available"
    made = reader.json("POST", f"/v1/files/{file}/links", {}, {"Prefer": "wait=30"}, expect=(200, 201, 202))
    assert made["download_url"].startswith(public_url), made["download_url"]
    status, downloaded = reader.ask("GET", made["download_url"].removeprefix(public_url))
    assert (status, downloaded) == (200, content), f"the download: {status}, {len(downloaded)} bytes"
    say("a document is uploaded, checked by the worker, and downloaded by a link as it was")
    if stack.project.services["api"].volumes:
        ((volume, _),) = stack.project.services["api"].volumes
        kept = [path for path in volume.rglob("*") if path.is_file()]
        assert kept, "no document is in the volume"
        assert all(path.stat().st_uid == 65532 and content not in path.read_bytes() for path in kept), kept
        say("it is kept in the volume of docs/DEPLOYMENT.md, sealed, and owned by 65532")


def check_database(stack):
    """mongod asks who is there, and mongo-init can be run again."""
    query = 'connect("mongodb://127.0.0.1:27017/dossier?directConnection=true").getUsers()'
    stranger = ["mongosh", "--nodb", "--quiet", "--eval", query]
    refused = stack.container("mongo-init", stranger, "stranger").start()
    assert refused.wait(60) != 0 and "requires authentication" in refused.said(), refused.said()
    again = stack.container("mongo-init", run_as="mongo-init-again").start()
    assert again.wait(60) == 0, again.said()
    migrated = stack.container("migrate", run_as="migrate-again").start()
    assert migrated.wait(60) == 0, migrated.said()
    say("mongod refuses whoever has not logged in; mongo-init and dossier-migrate can be run again")


def check_role(stack):
    """The command of docs/DEPLOYMENT.md that brings the role of the programs up to date."""
    page = (CHECKOUT / "docs/DEPLOYMENT.md").read_text()
    script = re.search(r"--eval '\n(.*?)'\n", page, re.DOTALL)[1].replace('"deploy/mongo/role.json"', '"/deploy/role.json"')
    password = (stack.project.folder / "secrets/mongo_admin_password").read_text().strip()
    address = f"mongodb://admin:{password}@mongo/dossier?replicaSet=rs0&authSource=admin"
    updated = stack.container("mongo-init", ["mongosh", "--quiet", address, "--eval", script], "role").start()
    assert updated.wait(60) == 0, updated.said()
    say("the command of docs/DEPLOYMENT.md brings the role of the programs up to date")


def check_keys(stack):
    """A key that is written into the file of a secret is read on SIGHUP, as the health check says."""
    path = stack.project.secrets["fernet_keys"]
    new = base64.urlsafe_b64encode(os.urandom(32)).decode()
    keys = f"{path.read_text().strip()},{new}"
    path.write_text(keys + "\n")
    for name in ("api", "worker"):
        container = stack.containers[name]
        command = stack.images[name].health
        before = container.execute(command).stdout
        container.kill("HUP")
        eventually(f"{name} has another key", lambda: container.execute(command).stdout not in ("", before))
    say("the API and the worker read a new key from the mounted file on SIGHUP, and go on")


def check_logs(stack):
    """Every line that the servers have written is JSON, and no secret is in any log."""
    hidden = [path.read_text().strip() for name, path in stack.project.secrets.items() if name != "smtp_url"]
    for name in ("migrate", "api", "worker"):
        said = stack.containers[name].said()
        # dossier-migrate says on standard output what it has done.
        for line in said.splitlines() if name != "migrate" else ():
            assert isinstance(json.loads(line), dict), f"{name}: {line}"
        assert not any(secret in said for secret in hidden), f"{name}: a secret is in its log"
    say("each line that the API and the worker log is JSON, and no log has a secret")


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
                    check_confinement(stack.containers[program], options.cgroups)
                limited = "and open files" if not options.cgroups else ", open files and memory"
                say(f"the API and the worker run as 65532 without capabilities, with a read-only root{limited} limited")
                check_database(stack)
                check_role(stack)
                for program in ("api", "worker"):
                    check_health(stack, program)
                check_keys(stack)
            check_documents(stack, catcher, public_url)
            check_logs(stack)
            for program, code, took in stack.stop():
                assert code == 0, f"{program} ended with {code} after SIGTERM:\n{stack.containers[program].said()[-2000:]}"
                say(f"{program} ended {took:.1f} s after SIGTERM, of {stack.containers[program].service.stop_grace} s")
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
