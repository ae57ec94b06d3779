"""How an upload stands, as the pages and the API tell it."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

from pydantic import BaseModel, Field, computed_field

State = Literal["waiting", "reading", "added", "replaced", "unchanged", "refused"]

STATE_WORDS: dict[State, str] = {
    "waiting": "Waiting",
    "reading": "Reading",
    "added": "Added",
    "replaced": "Added in place of the older version",
    "unchanged": "Already here, with the same content",
    "refused": "Not added",
}
SUMMARY_WORDS: tuple[tuple[State, str], ...] = (
    ("added", "added"),
    ("replaced", "replaced"),
    ("unchanged", "already here"),
    ("refused", "not added"),
)


class UploadedFile(BaseModel):
    """One file of an upload. ``code``, ``message`` and ``hint`` say why it is refused."""

    name: str
    state: State = "waiting"
    stage: Literal["read", "embed"] | None = Field(None, description="What is done with its pages while it is read")
    pages_done: int = Field(0, description="Pages that are through this stage")
    pages_total: int = 0
    pack: str | None = Field(None, description="Id of its pack, where there is one that may be seen")
    title: str = ""
    code: str = ""
    message: str = ""
    hint: str = ""
    warnings: list[str] = Field(default_factory=list)

    @property
    def done(self) -> bool:
        """Whether its state will not change any more."""
        return self.state not in ("waiting", "reading")

    @computed_field(description="Address of its pack")  # type: ignore[prop-decorator]  # as pydantic documents it
    @property
    def href(self) -> str | None:
        return f"/packs/{quote(self.pack)}" if self.pack else None

    @computed_field(description="The state in words")  # type: ignore[prop-decorator]
    @property
    def words(self) -> str:
        if self.state == "reading" and self.pages_total:
            verb = "Indexing" if self.stage == "embed" else "Reading"
            return f"{verb} page {self.pages_done} of {self.pages_total}"
        return STATE_WORDS[self.state]

    @computed_field(description="How much of the reading and indexing is done, 0 to 1")  # type: ignore[prop-decorator]
    @property
    def share(self) -> float:
        if self.done:
            return 1.0
        passed = self.pages_done + (self.pages_total if self.stage == "embed" else 0)
        return round(passed / (2 * self.pages_total), 3) if self.pages_total else 0.0


class UploadJob(BaseModel):
    """Files that were sent together."""

    id: str
    replace: bool = Field(description="Whether a file may take the place of the pack that has its name")
    made: float = Field(description="When it was received, seconds since 1970")
    files: list[UploadedFile]

    @computed_field(description="Whether every file is added or refused")  # type: ignore[prop-decorator]
    @property
    def done(self) -> bool:
        return all(file.done for file in self.files)

    @computed_field(description="The page that shows it")  # type: ignore[prop-decorator]
    @property
    def href(self) -> str:
        return f"/uploads/{self.id}"

    @computed_field(description="How it stands, in two or three words")  # type: ignore[prop-decorator]
    @property
    def heading(self) -> str:
        if not self.done:
            return "Adding packs"
        new = any(file.state in ("added", "replaced") for file in self.files)
        return "Packs added" if new else "No pack was added"

    @computed_field(description="How it stands, in a sentence")  # type: ignore[prop-decorator]
    @property
    def words(self) -> str:
        finished = sum(file.done for file in self.files)
        if finished == len(self.files):
            counts = ((sum(file.state == state for file in self.files), words) for state, words in SUMMARY_WORDS)
            return "Finished: " + ", ".join(f"{count} {words}" for count, words in counts if count) + "."
        reading = next((file.name for file in self.files if file.state == "reading"), None)
        now = f"Adding {reading}" if reading else "Waiting for other files"
        return f"{now}. {finished} of {len(self.files)} finished."


def refusal(name: str, code: str, message: str, hint: str) -> UploadedFile:
    """A file that is not taken, with the reason as a sentence; the name before it is left out."""
    reason = message.removeprefix(f"{name}: ")
    sentence = reason[:1].upper() + reason[1:].rstrip(".") + "."
    return UploadedFile(name=name, state="refused", code=code, message=sentence, hint=hint)
