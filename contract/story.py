"""Walks the whole story through the client that openapi-python-client made of the description."""

import io
import os
from pathlib import Path

from inbox import eventually, wait_for_token
from python_client import AuthenticatedClient, Client
from python_client.api.accounts import log_in, log_out, show_me, sign_up, verify_email
from python_client.api.files import create_file, list_files, show_file
from python_client.api.links import (
    check_download,
    create_link,
    download_file,
    list_links,
    revoke_link,
    show_link,
)
from python_client.models import (
    Audience,
    DocumentKind,
    FileState,
    LinkRequest,
    LinkState,
    LoginRequest,
    NotFoundProblem,
    ReasonCode,
    Role,
    SignUpRequest,
    UploadForm,
    VerifyEmailRequest,
)
from python_client.types import File

API = os.environ["API_URL"]
FIXTURES = Path("fixtures")
EMAIL = "grace@example.com"
PASSWORD = "correct horse battery staple"


def session(email, password):
    body = LoginRequest(email=email, password=password)
    tokens = log_in.sync(client=ANYBODY, body=body)
    return AuthenticatedClient(
        base_url=API, token=tokens.access_token, raise_on_unexpected_status=True
    )


def upload(ops, name):
    document = File(io.BytesIO((FIXTURES / name).read_bytes()), name)
    answer = create_file.sync_detailed(client=ops, body=UploadForm(file=document, audience=Audience.EVERYONE))
    assert answer.status_code == 202, answer
    assert answer.headers["location"] == f"/v1/files/{answer.parsed.id}"

    def verdict():
        file = show_file.sync(answer.parsed.id, client=ops)
        return file if file.state != FileState.RECEIVED else None

    return eventually(f"a verdict on {name}", verdict)


ANYBODY = Client(base_url=API, raise_on_unexpected_status=True)

sign_up.sync(client=ANYBODY, body=SignUpRequest(email=EMAIL, password=PASSWORD, name="Grace"))
confirmation = VerifyEmailRequest(token=wait_for_token(EMAIL), password=PASSWORD)
assert verify_email.sync(client=ANYBODY, body=confirmation).email_verified
client = session(EMAIL, PASSWORD)
me = show_me.sync(client=client)
assert (me.email, me.role) == (EMAIL, Role.CLIENT), me

ops = session(os.environ["OPS_EMAIL"], os.environ["OPS_PASSWORD"])
report = upload(ops, "report.docx")
assert (report.state, report.kind) == (FileState.AVAILABLE, DocumentKind.DOCX), report
macros = upload(ops, "macros-renamed.docx")
assert macros.rejection.code == ReasonCode.MACRO_ENABLED, macros

assert [file.id for file in list_files.sync(client=client, limit=1).items] == [report.id]
link = create_link.sync(
    report.id, client=client, body=LinkRequest(max_downloads=3), prefer="wait=30"
)
assert link.state == LinkState.READY, link
assert create_link.sync(report.id, client=client, prefer="wait=30").max_downloads is None
assert link.id in [each.id for each in list_links.sync(client=client).items]
token = link.download_url.rsplit("/", 1)[1]
assert check_download.sync_detailed(token, client=client).status_code == 200
answer = download_file.sync_detailed(token, client=client)
original = (FIXTURES / "report.docx").read_bytes()
assert answer.content == original
part = download_file.sync_detailed(token, client=client, range_="bytes=0-9")
assert (part.status_code, part.content) == (206, original[:10])
etag = answer.headers["etag"]
known = download_file.sync_detailed(token, client=client, if_none_match=etag)
assert known.status_code == 304

assert revoke_link.sync_detailed(link.id, client=client).status_code == 204
assert show_link.sync(link.id, client=client).state == LinkState.REVOKED
assert isinstance(download_file.sync(token, client=client), NotFoundProblem)
assert log_out.sync_detailed(client=client).status_code == 204
print("the generated Python client walked the whole story")
