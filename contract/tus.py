"""Uploads through tuspy, broken off and resumed at random offsets. The one argument is how many MiB it uploads."""

import hashlib
import os
import random
import sys

import requests
from tusclient.client import TusClient

API = os.environ["API_URL"]
SIZE = int(sys.argv[1] if len(sys.argv) > 1 else 20) * 1024 * 1024
# So far apart are two breaks at most.
APART = 2 * 1024 * 1024
PIECE = 64 * 1024


class Flaky:
    """A document whose bytes do not all get through: what is read breaks off at a random place."""

    def __init__(self, content):
        self.content = content
        self.position = 0
        self.breaks = 0

    def seek(self, offset, whence=os.SEEK_SET):
        self.position = offset + (len(self.content) if whence == os.SEEK_END else 0)
        return self.position

    def tell(self):
        return self.position

    def read(self, length):
        """The pieces of a request, which is sent in chunks; requests takes the error for that of a connection."""
        start, end = self.position, min(self.position + length, len(self.content))
        broken_at = start + random.randint(1, APART)
        for offset in range(start, end, PIECE):
            piece = self.content[offset : min(offset + PIECE, end)]
            if broken_at <= offset + len(piece) and broken_at < end:
                yield piece[: broken_at - offset]
                self.breaks += 1
                raise requests.exceptions.ConnectionError("broken off")
            yield piece


def log_in():
    person = {"email": os.environ["OPS_EMAIL"], "password": os.environ["OPS_PASSWORD"]}
    answer = requests.post(f"{API}/v1/auth/login", json=person, timeout=60)
    answer.raise_for_status()
    return answer.json()["access_token"]


def uploaded(digest, headers):
    """The document with this digest; tuspy does not hand on the headers of its last answer."""
    files = requests.get(f"{API}/v1/files", headers=headers, timeout=60).json()["items"]
    return next((file for file in files if file["sha256"] == digest), None)


authorization = {"Authorization": f"Bearer {log_in()}"}
content = random.randbytes(SIZE)
document = Flaky(content)
client = TusClient(f"{API}/v1/uploads", headers=authorization)
uploader = client.uploader(
    file_stream=document,
    metadata={"filename": "tuspy.docx", "audience": "everyone"},
    retries=1000,
    retry_delay=0,
)
uploader.upload()
assert document.breaks > 3, document.breaks
told = requests.head(
    uploader.url, headers={**authorization, "Tus-Resumable": "1.0.0"}, timeout=60
)
assert told.headers["Upload-Offset"] == told.headers["Upload-Length"] == str(SIZE), told.headers
file = uploaded(hashlib.sha256(content).hexdigest(), authorization)
assert file and file["size_bytes"] == SIZE and file["name"] == "tuspy.docx", file
assert file["id"] == told.headers["Dossier-File"], file
print(f"tuspy was broken off {document.breaks} times and uploaded what it had")
