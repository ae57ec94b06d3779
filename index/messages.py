"""What is said between who wants a PDF opened and the process that opens it: messages of a kind, with bytes."""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any

from index.limits import MAX_MESSAGE_BYTES

# Kinds of message, one byte each
TASK, OPENED, BEGUN, PAGE, PIECE, REFUSED, DONE = b"T", b"O", b"B", b"P", b"C", b"R", b"."

EXIT_CODE = struct.Struct("!i")
_HEAD = struct.Struct("!cI")  # the kind, and how many bytes follow


class BrokenOffError(Exception):
    """The other side is gone, or says what nobody can understand."""


class Channel:
    """One side of a conversation over a socket, which it owns."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def send(self, kind: bytes, content: bytes = b"") -> None:
        """Send a message. Raises OSError where the other side is gone."""
        self._end.sendall(_HEAD.pack(kind, len(content)) + content)

    def tell(self, kind: bytes, told: dict[str, Any]) -> None:
        """Send a message of JSON."""
        self.send(kind, json.dumps(told).encode("ascii"))

    def receive(self, seconds: float | None = None) -> tuple[bytes, bytes]:
        """The next message. Raises TimeoutError after ``seconds``, BrokenOffError where none can come."""
        until = None if seconds is None else time.monotonic() + seconds
        kind, length = _HEAD.unpack(self._exactly(_HEAD.size, until))
        if length > MAX_MESSAGE_BYTES:
            raise BrokenOffError
        return kind, self._exactly(length, until)

    def _exactly(self, count: int, until: float | None) -> bytes:
        found = bytearray()
        while len(found) < count:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError
            self._end.settimeout(left)
            try:
                piece = self._end.recv(min(count - len(found), 1 << 20))
            except ConnectionError as error:
                raise BrokenOffError from error
            if not piece:
                raise BrokenOffError
            found += piece
        return bytes(found)

    def close(self) -> None:
        """Tell the other side that nobody listens any more."""
        self._end.close()
