"""Which pack an uploaded file becomes, so that nothing already indexed is lost by accident.

The index takes a file whose name it knows, and whose older file is gone, for that pack's new version; of two
councils that both call a paper "agenda.pdf", one would be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

from index.files import hash_of
from index.ingest import Progress
from index.model import Access
from index.records import PackRecord
from index.store import Store
from qa.model import IngestReport, PackInfo
from qa.service import BoardQA
from qa.upload_model import State, UploadedFile, refusal

# What somebody who has the page and no command line can do about a refused file
HINTS = {
    "not_a_pdf": "Save or print the paper as a PDF, and add that.",
    "encrypted_file": "Open it with its password in a PDF viewer, print it to a new PDF, and add that.",
    "unreadable_file": "If it is a scan, get the paper as a PDF with its text, or ask those who run this service for"
    " text recognition.",
}
HIDDEN = "Its papers are marked as exempt: they are kept, and shown to nobody."
COMES_BACK = "The older file still lies where it was read from; it comes back when that folder is indexed again."


def add(service: BoardQA, path: Path, replace: bool, tell: Callable[[Progress], None]) -> UploadedFile:
    """Index one uploaded file; its final state. ``path`` may be renamed within its folder.

    ``replace`` allows it to take the place of the pack that has its name and other content. Raises as
    ``BoardQA.ingest``.
    """
    name = path.name
    sha256 = hash_of(path)
    visible = {pack.pack: pack for pack in service.packs()}
    with Store(service.settings.data) as store:
        records = [pack.record for pack in store.packs(frozenset(Access))]
        namesakes = [visible[r.id] for r in records if r.file == name and r.id in visible]
        if any(record.sha256 == sha256 for record in records):
            namesakes = []  # the index leaves the same content as it is, under whatever name
        if namesakes and not (replace and len(namesakes) == 1):
            return _name_taken(name, namesakes, replace)
        older = namesakes[0].pack if namesakes else None
        path = _told_apart(path, sha256, store, records, older)
        read_from = next((Path(record.path) for record in records if record.id == older), None)
    password = service.settings.password
    report = service.ingest(
        [path], password=password.get_secret_value() if password else None, progress=tell, replaces=older
    )
    if report.replaced and read_from is not None and read_from.exists():
        report.warnings.append(COMES_BACK)
    return _outcome(service, name, report)


def _name_taken(name: str, namesakes: Sequence[PackInfo], replace: bool) -> UploadedFile:
    titles = " and ".join(pack.title or pack.file for pack in namesakes)
    message = f"There is a pack of this file name with other content already: {titles}."
    if replace:
        hint = "As it is not plain which of them this file replaces, rename it, and add it as a further pack."
    else:
        hint = (
            "If this is its newer version, add it again with “Replace” ticked. If it is another paper, rename the"
            " file first, as in council-and-date.pdf."
        )
    return refusal(name, "name_taken", message, hint)


def _told_apart(path: Path, sha256: str, store: Store, records: Sequence[PackRecord], older: str | None) -> Path:
    """The file, under a name by which the index takes it for no other pack than ``older``.

    Only packs that may not be seen bring another name about: they are neither replaced nor told of.
    """
    others = {record.id for record in records if record.sha256 != sha256} - {older}
    stem = path.stem
    for number in count(2):
        if store.standing(path, sha256, older).pack not in others:
            break
        path = path.rename(path.with_stem(f"{stem} {number}"))
    return path


def _outcome(service: BoardQA, name: str, report: IngestReport) -> UploadedFile:
    for why in report.refused:
        # A content that was refused before has its reason told with the name that it had then
        reason = why.message.removeprefix(f"{Path(why.file).name}: ")
        return refusal(name, why.code, reason, HINTS.get(why.code, why.hint))
    states: dict[State, list[str]] = {
        "added": report.added,
        "replaced": report.replaced,
        "unchanged": report.unchanged,
    }
    state, pack = next((state, packs[0]) for state, packs in states.items() if packs)
    file = UploadedFile(name=name, state=state, warnings=report.warnings)
    shown = next((one for one in service.packs() if one.pack == pack), None)
    if shown is None:
        file.warnings.append(HIDDEN)
    else:
        file.pack, file.title = pack, shown.title or shown.file
    return file
