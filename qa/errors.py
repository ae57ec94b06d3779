"""Errors of asking, of settings and of the interfaces; those of reading and indexing are in ``index.errors``.

``code`` is what programs see (HTTP error objects), ``exit_code`` what a shell sees.
"""

from __future__ import annotations

from enum import StrEnum

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


class PicturesBusyError(BoardQAError):
    """As many pictures of pages are being drawn as may be, and others wait."""

    code = "pictures_busy"


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
    """Whoever asks has no right to it."""

    code = "not_allowed"


class SignInNeededError(BoardQAError):
    """Whoever asks has to sign in, or show an API token."""

    code = "sign_in_needed"


class SignInFailedError(BoardQAError):
    """What the OpenID Connect provider told at a sign-in is not what it should be, or the sign-in is over."""

    code = "sign_in_failed"


class SignInUnavailableError(BoardQAError):
    """The OpenID Connect provider cannot be reached, or answers with what it should not."""

    code = "sign_in_unavailable"


class BadTokenError(BoardQAError):
    """The API token is unknown, revoked or past its days."""

    code = "bad_token"


class UnknownTokenError(BoardQAError):
    """There is no API token of that id."""

    code = "unknown_token"


class WrongHostError(BoardQAError):
    """The service was asked by a name that it does not answer to."""

    code = "wrong_host"


class TooManyRequestsError(BoardQAError):
    """More was asked in a minute than may be; `Retry-After` tells the seconds to wait."""

    code = "too_many_requests"

    def __init__(self, message: str, hint: str, seconds: int) -> None:
        super().__init__(message, hint)
        self.seconds = seconds


class BusyError(BoardQAError):
    """As many questions are being answered, and wait for it, as may be at once; `Retry-After` tells when to return."""

    code = "busy"
    seconds = 3  # after which the queue has long passed


class Cause(StrEnum):
    """Why a language model gave no answer, in words that hold nothing of what was asked."""

    SETTINGS = "settings"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    REFUSED = "refused"  # with an HTTP status
    BROKEN_OFF = "broken off"
    UNREADABLE = "unreadable"
    BUSY = "busy"  # not asked, as others are asking
    RESTING = "resting"  # not asked, as it failed several times


class LanguageModelError(BoardQAError):
    """The language model cannot be used or failed; the extractive answer stands in for it."""

    code = "language_model"

    def __init__(self, message: str, hint: str = "", cause: Cause = Cause.SETTINGS) -> None:
        super().__init__(message, hint)
        self.cause = cause


class UnknownUploadError(BoardQAError):
    """There was no such upload, or it is forgotten."""

    code = "unknown_upload"


class UploadTooLargeError(UsageError):
    """All files of one upload together are larger than it may be."""

    code = "upload_too_large"


class UploadsBusyError(BoardQAError):
    """As many uploads are being received or indexed as may be at once."""

    code = "uploads_busy"


class AuditUnavailableError(BoardQAError):
    """The audit log cannot be written or read, so that what must be recorded is not done."""

    code = "audit_unavailable"


class AddressInUseError(BoardQAError):
    """The web service cannot listen on the host and port it was told."""

    code = "address_in_use"


def exit_code(error: BoardQAError) -> int:
    """The exit code of a command that ends with ``error``."""
    return EXIT_USAGE if isinstance(error, UsageError) else EXIT_FAILED
