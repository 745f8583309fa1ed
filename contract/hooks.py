"""Hooks of schemathesis: they log in, and put existing documents, links and accounts into requests.

Without them hardly any generated request would name a document that exists or a valid token.
"""

import os
import zlib

import requests
import schemathesis
from inbox import eventually, wait_for_token
from schemathesis.core.parameters import ParameterLocation

API = os.environ["API_URL"]
CLIENT = ("mary@example.com", "correct horse battery staple")
OPS = (os.environ["OPS_EMAIL"], os.environ["OPS_PASSWORD"])
ADMIN = (os.environ["ADMIN_EMAIL"], os.environ["ADMIN_PASSWORD"])
# Somebody whose account is changed and deleted.
OTHER = ("olga@example.com", "quite another pass phrase")

# Where a client gets further than Ops.
OF_CLIENTS = ("/v1/files/{id}/links", "/v1/links", "/download")
OF_ADMINS = "/v1/admin"
OF_ACCOUNTS = "/v1/admin/users/{id}"
ENDS_THE_SESSION = "/v1/auth/logout"


def call(method, path, *, token=None, **arguments):
    headers = arguments.pop("headers", {})
    if token:
        headers["Authorization"] = f"Bearer {token}"
    answer = requests.request(method, API + path, headers=headers, timeout=60, **arguments)
    answer.raise_for_status()
    return answer.json()


def log_in(person):
    email, password = person
    return call("POST", "/v1/auth/login", json={"email": email, "password": password})[
        "access_token"
    ]


def sign_up(person):
    email, password = person
    call("POST", "/v1/auth/sign-up", json={"email": email, "password": password})
    token = wait_for_token(email)
    call("POST", "/v1/auth/verify-email", json={"token": token, "password": password})


def begin_upload(ops):
    """A resumable upload of a document for everyone."""
    headers = {
        "Authorization": f"Bearer {ops}",
        "Tus-Resumable": "1.0.0",
        "Upload-Length": "1000",
        # `everyone` in base64.
        "Upload-Metadata": "audience ZXZlcnlvbmU=",
    }
    answer = requests.post(f"{API}/v1/uploads", headers=headers, timeout=60)
    answer.raise_for_status()
    return answer.headers["Location"].rsplit("/", 1)[1]


def prepare():
    """A document, a link to it and the link's token, a session, an account, a job and a queue."""
    sign_up(CLIENT)
    ops, client = log_in(OPS), log_in(CLIENT)

    def upload():
        with open("fixtures/report.docx", "rb") as document:
            form = {"data": {"audience": "everyone"}, "files": {"file": document}}
            return call("POST", "/v1/files", token=ops, **form)["id"]

    file = upload()

    def is_available():
        return call("GET", f"/v1/files/{file}", token=ops)["state"] == "available"

    eventually("the document is available", is_available)
    wait = {"Prefer": "wait=30"}
    link = call("POST", f"/v1/files/{file}/links", token=client, headers=wait)
    sessions = call("GET", "/v1/me/sessions", token=log_in(OPS))["items"]
    email, password = OTHER
    account = {"email": email, "password": password, "role": "ops"}
    return {
        "file": file,
        # One that nothing here waits for: it is withdrawn.
        "taken_back": upload(),
        "link": link["id"],
        "token": link["download_url"].split("/")[-1],
        "session": next(it["id"] for it in sessions if not it["current"]),
        "job": call("GET", "/v1/admin/jobs", token=log_in(ADMIN))["items"][0]["id"],
        # One that nothing here waits for: it is paused and limited.
        "queue": "revalidate-upload",
        "group": call("POST", "/v1/groups", token=ops, json={"name": "Board"})["id"],
        "user": call("POST", "/v1/admin/users", token=log_in(ADMIN), json=account)["id"],
        "upload": begin_upload(ops),
    }


def kind_of(path, name):
    """What a parameter of a path names."""
    if name == "token":
        return "token"
    if name == "name":
        return "queue"
    kinds = {
        "/links/{id}": "link",
        "/sessions/{id}": "session",
        "/users/{id}": "user",
        "/jobs/{id}": "job",
        "/groups/{id}": "group",
        "/uploads/{id}": "upload",
    }
    return next((kind for part, kind in kinds.items() if part in path), "file")


THERE = prepare()


def person_for(case, context):
    """A client where clients get further, an admin where admins do, Ops elsewhere."""
    path = context.operation.path
    if path.startswith(OF_ADMINS):
        return ADMIN
    return CLIENT if path.startswith(OF_CLIENTS) else OPS


@schemathesis.auth(refresh_interval=300, cache_by_key=lambda *of: person_for(*of)[0])
class Person:
    def get(self, case, context):
        return log_in(person_for(case, context))

    def set(self, case, data, context):
        if context.operation.path == ENDS_THE_SESSION:
            data = log_in(OPS)
        case.headers["Authorization"] = f"Bearer {data}"


def is_second(value):
    """Whether something that exists takes its place; the same in every run."""
    return zlib.crc32(str(value).encode()) % 2


schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Every second identifier is one of something that exists."""
    path = context.operation.path
    for name, value in list((path_parameters or {}).items()):
        if is_second(value):
            kind = kind_of(path, name)
            if kind == "file" and context.operation.method.upper() == "DELETE":
                kind = "taken_back"
            path_parameters[name] = THERE[kind]
        elif name == "name":
            # No generated name is that of a queue which others need.
            path_parameters[name] = "no-such-queue"
    return path_parameters


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Every second login that fits the description is one of a client; nobody who logs in here is disabled."""
    identifier = str((case.path_parameters or {}).get("id"))
    if case.operation.path.startswith(OF_ACCOUNTS) and identifier.startswith("usr_"):
        case.path_parameters["id"] = THERE["user"]
    fits = case.meta is None or not case.meta.is_negative_at(ParameterLocation.BODY)
    is_login = case.operation.path.endswith("/login") and isinstance(case.body, dict)
    if is_login and fits and "email" in case.body and is_second(case.body):
        case.body["email"], case.body["password"] = CLIENT
