"""Errors of asking, of settings and of the interfaces; those of reading and indexing are in ``index.errors``.

``code`` is what programs see (HTTP error objects), ``exit_code`` what a shell sees.
"""

from __future__ import annotations

from index.errors import BoardQAError

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_SOME_REFUSED = 3
EXIT_INTERRUPTED = 130


class UsageError(BoardQAError):
    """The command or request was put together wrongly; nothing was done."""

    code = "bad_request"


class SettingsError(UsageError):
    """A setting is unknown or has a value that it cannot have."""

    code = "bad_setting"


class EmptyQuestionError(UsageError):
    """There is no question, or only spaces."""

    code = "empty_question"


class QuestionTooLongError(UsageError):
    """The question has more characters than `BOARD_QA_MAX_QUESTION_CHARS` allows."""

    code = "question_too_long"


class UnknownPageError(BoardQAError):
    """The pack has no such page, or none that this reader may see."""

    code = "unknown_page"


class UnknownDecisionError(BoardQAError):
    """The register has no such decision, or none that this reader may see."""

    code = "unknown_decision"


class UnknownMeetingError(BoardQAError):
    """The register has no such meeting, or none that this reader may see."""

    code = "unknown_meeting"


class NotReadyError(BoardQAError):
    """Questions cannot be answered yet: nothing is indexed, or the model is missing."""

    code = "not_ready"


class NotAllowedError(BoardQAError):
    """Whoever asks may not add packs by the page."""

    code = "not_allowed"


class UnknownUploadError(BoardQAError):
    """There was no such upload, or it is forgotten."""

    code = "unknown_upload"


class UploadTooLargeError(UsageError):
    """All files of one upload together are larger than it may be."""

    code = "upload_too_large"


class UploadsBusyError(BoardQAError):
    """As many uploads are being received or indexed as may be at once."""

    code = "uploads_busy"


class AddressInUseError(BoardQAError):
    """The web service cannot listen on the host and port it was told."""

    code = "address_in_use"


def exit_code(error: BoardQAError) -> int:
    """The exit code of a command that ends with ``error``."""
    return EXIT_USAGE if isinstance(error, UsageError) else EXIT_FAILED
