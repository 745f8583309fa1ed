"""Asks the API over HTTP, as a client would."""

import http.client
import json

DEADLINE = 30
BOUNDARY = "a-part-of-a-form-begins"


class Api:
    """The API at a port of this machine; with a token, on behalf of an account."""

    def __init__(self, port, token=None):
        self.port = port
        self.token = token

    def ask(self, method, path, body=None, headers=None):
        """The status and the bytes of the answer."""
        headers = dict(headers or {})
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def json(self, method, path, body=None, headers=None, expect=(200,)):
        """The answer as JSON; raises when the status is another one than those expected."""
        text = None if body is None else json.dumps(body)
        headers = {**({} if body is None else {"Content-Type": "application/json"}), **(headers or {})}
        status, answer = self.ask(method, path, text, headers)
        if status not in expect:
            raise AssertionError(f"{method} {path}: {status} {answer[:500]!r}")
        return json.loads(answer) if answer else None

    def log_in(self, email, password):
        """The API on behalf of this account."""
        body = {"email": email, "password": password}
        return Api(self.port, self.json("POST", "/v1/auth/login", body)["access_token"])

    def upload(self, name, content):
        """The id of a new document that is meant for everyone."""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="audience"\r\n\r\neveryone\r\n'
        head += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        head += "Content-Type: application/octet-stream\r\n\r\n"
        body = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        status, answer = self.ask("POST", "/v1/files", body, headers)
        if status != 202:
            raise AssertionError(f"POST /v1/files: {status} {answer[:500]!r}")
        return json.loads(answer)["id"]
