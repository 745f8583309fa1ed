"""Stands in for the service mail of the profile dev: takes every mail, and keeps it."""

import email
import email.policy
import logging

from aiosmtpd.controller import Controller


class Catcher:
    def __init__(self, port):
        self.mails = []
        # Health checks ask here on purpose, and are no mails.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        self._server = Controller(self, hostname="127.0.0.1", port=port)

    def __enter__(self):
        self._server.start()
        return self

    def __exit__(self, *_):
        self._server.stop()

    async def handle_DATA(self, _server, _session, envelope):
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"

    def to(self, address):
        """The text of the newest mail to an address; None before there is one."""
        texts = [mail.get_body(("plain",)).get_content() for mail in self.mails if address in mail["to"]]
        return texts[-1] if texts else None
