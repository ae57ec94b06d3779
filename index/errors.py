"""Every failure that board-qa tells a person about, under one base.

An error says what is wrong and names the file or setting (``message``), what to do about it (``hint``), and has a
stable ``code`` for programs. Exceptions of the libraries underneath never leave a public call.
"""

from __future__ import annotations


class BoardQAError(Exception):
    """Base of all errors of this project."""

    code = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UnusableFileError(BoardQAError):
    """A file cannot be indexed; it is recorded and the next file is taken."""

    code = "unusable_file"


class NotAPdfError(UnusableFileError):
    """The bytes are no PDF."""

    code = "not_a_pdf"


class EmptyFileError(UnusableFileError):
    """The file has no bytes, or the PDF no pages."""

    code = "empty_file"


class DamagedFileError(UnusableFileError):
    """It is a PDF, but none of its pages can be read."""

    code = "damaged_file"


class EncryptedFileError(UnusableFileError):
    """A password is needed, or the one given is wrong."""

    code = "encrypted_file"


class UnreadableFileError(UnusableFileError):
    """Pages open, but no text can be had from any of them, not even by OCR."""

    code = "unreadable_file"


class LimitExceededError(UnusableFileError):
    """A named limit (pages, bytes, seconds) was passed."""

    code = "limit_exceeded"


class ChangingFileError(UnusableFileError):
    """A file changes while it is read."""

    code = "changing_file"


class DiskFullError(BoardQAError):
    """There is no room to write to."""

    code = "disk_full"


class ReaderUnavailableError(BoardQAError):
    """The process that opens PDFs cannot be started."""

    code = "reader_unavailable"


class IndexMismatchError(BoardQAError):
    """The index was made with another embedding model, dimension or prefix."""

    code = "index_mismatch"


class IndexDamagedError(BoardQAError):
    """The index on disk cannot be used."""

    code = "index_damaged"


class UnknownPackError(BoardQAError):
    """No pack of that id or file name is indexed."""

    code = "unknown_pack"


class ModelUnavailableError(BoardQAError):
    """A model that is set cannot be loaded."""

    code = "model_unavailable"


class FeedbackFullError(BoardQAError):
    """As much feedback is kept as may be; the operator must export it and delete some."""

    code = "feedback_full"


class UnusableBackupError(BoardQAError):
    """A file is no backup, or not a whole one."""

    code = "unusable_backup"


class UnknownConversationError(BoardQAError):
    """No conversation of that id is kept, or it is another reader's."""

    code = "unknown_conversation"


class UnknownAnswerError(BoardQAError):
    """No answer of that id is kept, or its papers may not be seen."""

    code = "unknown_answer"


class AnswerOutdatedError(BoardQAError):
    """The papers that an answer tells of were replaced or taken out while it was made; it is not kept."""

    code = "answer_outdated"


class ConversationsFullError(BoardQAError):
    """As many answers are kept as may be; the operator must have some deleted."""

    code = "conversations_full"
