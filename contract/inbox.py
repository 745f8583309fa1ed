"""What both Python programs wait for: a state that workers bring about, and the mail with a token."""

import os
import time

import requests

INBOX = os.environ["INBOX_URL"]
PATIENCE_SECONDS = 30


def eventually(what, look):
    """What `look` finds, asked again until it finds something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {PATIENCE_SECONDS} s: {what}")


def wait_for_token(email):
    """The token in the newest verification mail to `email`."""

    def newest():
        mails = requests.get(f"{INBOX}/api/messages", timeout=60).json()
        mine = [mail["id"] for mail in mails if mail["to"] == email]
        return mine[-1] if mine else None

    mail = eventually(f"the verification mail to {email}", newest)
    text = requests.get(f"{INBOX}/api/messages/{mail}", timeout=60).json()["text"]
    return text.split("/verify-email/")[1].split()[0]
