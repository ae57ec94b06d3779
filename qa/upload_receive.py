"""Receiving files: a multipart form is taken apart as it comes, each file written straight to where it is indexed."""

from __future__ import annotations

import errno
import re
import shutil
import unicodedata
from pathlib import Path
from typing import BinaryIO

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from qa.errors import UsageError
from qa.settings import Settings
from qa.upload_model import refusal
from qa.uploads import Received

FILES_FIELD, REPLACE_FIELD = "files", "replace"
MAX_FILES = 20  # in one upload
MAX_TOLD = 100  # files beyond the first 20 that are each told to be too many
MAX_VALUE_BYTES = 1024  # of a field that is no file
FORM_BYTES = 1024 * 1024  # what a form takes besides its files
KEPT_FREE_BYTES = 256 * 1024 * 1024  # of the disk, for the index and for everybody else
MAX_NAME_BYTES = 150  # file systems take 255; copies and numbers need room beside it

BAD_FORM = "The upload cannot be understood."
BAD_FORM_HINT = "Send it as multipart/form-data, the PDFs in the field “files”."
# What file systems and command lines take for something else
UNSAFE = re.compile(r'[<>:"|?*\x00-\x1f]')


def max_file_bytes(settings: Settings) -> int:
    """The largest file that is taken."""
    return settings.max_file_mb * 1024 * 1024


def max_upload_bytes(settings: Settings) -> int:
    """The largest request of an upload."""
    return MAX_FILES * max_file_bytes(settings) + FORM_BYTES


class Reception:
    """Takes the bytes of one multipart form and writes its files into a folder. Not for several threads at once.

    ``received`` are the files in the order of the form, ``replace`` whether that box is ticked. Each method raises
    UsageError where the form cannot be understood.
    """

    def __init__(self, content_type: str, folder: Path, largest: int) -> None:
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise UsageError(BAD_FORM, BAD_FORM_HINT)
        self.received: list[Received] = []
        self.replace = False
        self._folder = folder
        self._largest = largest
        self._ended = False
        self._header_name = self._header_value = b""
        self._disposition = b""
        self._field = ""
        self._value = b""
        self._file: BinaryIO | None = None
        self._written = 0
        try:
            self._parser = MultipartParser(
                options[b"boundary"],
                {
                    "on_part_begin": self._part_begins,
                    "on_header_field": self._header_name_comes,
                    "on_header_value": self._header_value_comes,
                    "on_header_end": self._header_ends,
                    "on_headers_finished": self._headers_end,
                    "on_part_data": self._data_comes,
                    "on_part_end": self._part_ends,
                    "on_end": self._form_ends,
                },
            )
        except FormParserError:
            raise UsageError(BAD_FORM, BAD_FORM_HINT) from None

    def write(self, data: bytes) -> None:
        """Take the next bytes of the form."""
        try:
            self._parser.write(data)
        except FormParserError:
            raise UsageError(BAD_FORM, BAD_FORM_HINT) from None

    def finish(self) -> None:
        """Make sure that the whole form has come, with at least one file."""
        if not self._ended:
            raise UsageError("The upload broke off.", "Send it again.")
        if not self.received:
            raise UsageError("No file was chosen.", "Choose one or more PDFs, then add them.")

    def close(self) -> None:
        """Close the file that is being written, if any."""
        file, self._file = self._file, None
        if file:
            file.close()

    # What the parser calls

    def _part_begins(self) -> None:
        self._disposition = self._value = b""
        self._field = ""

    def _header_name_comes(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _header_value_comes(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header_ends(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = self._header_value
        self._header_name = self._header_value = b""

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._field = options.get(b"name", b"").decode("utf-8", "replace")
        given = options.get(b"filename", b"").decode("utf-8", "replace")
        if given and self._field == FILES_FIELD:  # without a name: a file field that was left empty
            self._open(safe_name(given))

    def _data_comes(self, data: bytes, start: int, end: int) -> None:
        if self._file:
            self._keep(self._file, data[start:end])
        elif self._field == REPLACE_FIELD and len(self._value) + end - start <= MAX_VALUE_BYTES:
            self._value += data[start:end]

    def _part_ends(self) -> None:
        try:
            self.close()
        except OSError as error:  # the last bytes are written only now
            self._refuse_for(error)
        if self._field == REPLACE_FIELD:
            self.replace = self._value.strip().lower() not in (b"", b"false", b"0", b"no", b"off")

    def _form_ends(self) -> None:
        self._ended = True

    # Files

    def _open(self, name: str) -> None:
        number = len(self.received)
        if number >= MAX_FILES + MAX_TOLD:
            raise UsageError(f"These are more than {MAX_FILES} files.", f"Add at most {MAX_FILES} at once.")
        path = self._folder / str(number) / name
        self.received.append(Received(name, path))
        self._written = 0
        if number >= MAX_FILES:
            self._refuse(
                "limit_exceeded",
                f"More than {MAX_FILES} files were sent at once.",
                "Add it with a further upload.",
            )
        elif any(one.name == name for one in self.received[:-1]):
            self._refuse("name_taken", "Two files of this name were sent together.", "Rename one of them, and add it.")
        else:
            try:
                path.parent.mkdir(mode=0o700)
                self._file = path.open("xb")
            except OSError as error:
                self._refuse_for(error)

    def _keep(self, file: BinaryIO, data: bytes) -> None:
        self._written += len(data)
        if self._written > self._largest:
            self._refuse(
                "limit_exceeded",
                f"It is larger than {self._largest >> 20} MB.",
                "Split it into several PDFs, or ask those who run this service to add it.",
            )
        elif shutil.disk_usage(self._folder).free - len(data) < KEPT_FREE_BYTES:
            self._refuse_full()
        else:
            try:
                file.write(data)
            except OSError as error:
                self._refuse_for(error)

    def _refuse_for(self, error: OSError) -> None:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            self._refuse_full()
        else:
            reason = f"It cannot be kept: {error.strerror or error}."
            self._refuse("unreadable_path", reason, "Tell those who run this service.")

    def _refuse_full(self) -> None:
        self._refuse(
            "disk_full",
            "The disk of this service is full.",
            "Tell those who run this service; add it again when there is room.",
        )

    def _refuse(self, code: str, message: str, hint: str) -> None:
        """Take no more of the file that came last, and forget what came of it."""
        one = self.received[-1]
        self.close()
        one.path.unlink(missing_ok=True)
        self.received[-1] = Received(one.name, one.path, refusal(one.name, code, message, hint))


def safe_name(given: str) -> str:
    """A file name out of what a browser or program sent: no folder, nothing invisible, nothing a system acts upon.

    "../../etc/Agenda\\u202e 4.pdf" gives "Agenda 4.pdf"; where nothing is left, "pack.pdf".
    """
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    seen = "".join(" " if c.isspace() else c for c in base if c.isspace() or unicodedata.category(c)[0] != "C")
    name = " ".join(UNSAFE.sub("-", seen).split()).lstrip(". ")
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        stem, suffix = name, ""
    if not stem.strip("- "):
        stem, dot, suffix = "pack", ".", "pdf"
    room = MAX_NAME_BYTES - len(dot + suffix[:10])
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip() + dot + suffix[:10]
