"""Answers that the server gives before there is a request that the application could answer."""

import json
from dataclasses import dataclass
from http import HTTPStatus

from api.errors import Code


@dataclass(frozen=True, slots=True)
class WireRefusal:
    """An HTTP status, and the code and message of the error in its body."""

    status: int
    code: Code
    message: str

    def answer(self) -> bytes:
        """The whole answer, after which the connection is closed."""
        body = json.dumps({"errors": [{"message": self.message, "extensions": {"code": self.code}}]}).encode()
        head = (
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}\r\n"
            "content-type: application/json; charset=utf-8\r\n"
            f"content-length: {len(body)}\r\n"
            "cache-control: no-store\r\n"
            "x-content-type-options: nosniff\r\n"
            "connection: close\r\n\r\n"
        )
        return head.encode() + body
