"""What a running stack is checked for, one function each; each says in a line what it has found."""

import base64
import contextlib
import functools
import json
import os
import re
import secrets
import subprocess
import time
from pathlib import Path

from client import Api
from stack import eventually, healthy

CHECKOUT = Path(__file__).resolve().parents[2]
BEGAN = time.monotonic()
HOST = "dossier.example.com"
API_PORT = 8080
MAIL_PORT = 1025
NONROOT = "65532"


def say(text):
    print(f"{time.monotonic() - BEGAN:6.1f} s  {text}", flush=True)


def confinement(container, cgroups):
    """What the kernel says of a running program: its user, rights, limits and file system."""
    process = Path(f"/proc/{container.program()}")
    status = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines())
    expected = {"NoNewPrivs": "1", "Uid": "\t".join([NONROOT] * 4)}
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


def health(stack, name):
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


def documents(stack, catcher, public_url):
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
        assert all(path.stat().st_uid == int(NONROOT) and content not in path.read_bytes() for path in kept), kept
        say("it is kept in the volume of docs/DEPLOYMENT.md, sealed, and owned by 65532")


def database(stack):
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


def commands(stack):
    """The commands of docs/DEPLOYMENT.md that look into the database, and bring the role of the programs up to date."""
    page = (CHECKOUT / "docs/DEPLOYMENT.md").read_text()
    password = (stack.project.folder / "secrets/mongo_admin_password").read_text().strip()
    look = re.search(r"docker compose exec mongo sh -c '(.*?)' ", page)[1]
    seen = stack.containers["mongo"].execute(["sh", "-c", look, password], text_in="show collections\n")
    assert seen.returncode == 0 and "jobs" in seen.stdout, seen.stdout + seen.stderr

    script = re.search(r"--eval '\n(.*?)'\n", page, re.DOTALL)[1]
    script = script.replace('"deploy/mongo/role.json"', '"/deploy/role.json"')
    address = f"mongodb://admin:{password}@mongo/dossier?replicaSet=rs0&authSource=admin"
    updated = stack.container("mongo-init", ["mongosh", "--quiet", address, "--eval", script], "role").start()
    assert updated.wait(60) == 0, updated.said()
    say("the commands of docs/DEPLOYMENT.md look into the database, and bring the role of the programs up to date")


def is_new(ask, known):
    return ask().stdout not in known


def keys(stack):
    """A key that is written into the file of a secret is read on SIGHUP, as the health check says."""
    path = stack.project.secrets["fernet_keys"]
    new = base64.urlsafe_b64encode(os.urandom(32)).decode()
    keys = f"{path.read_text().strip()},{new}"
    path.write_text(keys + "\n")
    for name in ("api", "worker"):
        container = stack.containers[name]
        command = stack.images[name].health
        known = {"", container.execute(command).stdout}
        container.kill("HUP")
        ids = functools.partial(container.execute, command)
        eventually(f"{name} has another key", functools.partial(is_new, ids, known))
    say("the API and the worker read a new key from the mounted file on SIGHUP, and go on")


def logs(stack):
    """Every line that the servers have written is JSON, and no secret is in any log."""
    hidden = [path.read_text().strip() for name, path in stack.project.secrets.items() if name != "smtp_url"]
    for name in ("migrate", "api", "worker"):
        said = stack.containers[name].said()
        # dossier-migrate says on standard output what it has done.
        for line in said.splitlines() if name != "migrate" else ():
            assert line.startswith("{") and json.loads(line), f"{name} has logged what is no JSON: {line}"
        assert not any(secret in said for secret in hidden), f"{name}: a secret is in its log"
    say("each line that the API and the worker log is JSON, and no log has a secret")
