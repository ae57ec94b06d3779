"""``board-qa doctor``: what this installation can do, and what to do about what it cannot."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Literal

from index import ocr
from index.embedding import Embedder, load_embedder
from index.errors import BoardQAError
from index.register_renewal import unread
from index.schema import DATABASE
from index.store import UPLOADS
from qa.papers import FILES
from qa.service import BoardQA
from qa.settings import Settings

GIGABYTE = 10**9
# Below the first an ingest of a few packs may not fit; below the second nothing does.
LOW_DISK_GB = 1.0
NO_DISK_GB = 0.1
# What scanned pages are read with: English text, and which way up the page lies.
TESSERACT_LANGUAGES = ("eng", "osd")

State = Literal["ok", "mended", "warning", "broken"]


@dataclass(frozen=True)
class Check:
    """One thing looked at: ``state`` is broken where board-qa cannot work without it."""

    name: str
    state: State
    found: str
    advice: str = ""


def examine(settings: Settings) -> list[Check]:
    """All checks, in the order in which one would mend things. Loads the embedding model: takes seconds."""
    return [
        _python(),
        _packages(),
        _model(settings),
        _ocr(settings),
        _disk(settings),
        _index(settings),
        *_further_models(settings),
        *_language_model(settings),
    ]


def mend(settings: Settings) -> list[Check]:
    """Look at all that lies in the data folder and mend what can be; what there is to tell, in that order."""
    from index.repair import repair
    from qa.uploads import forget_leftovers

    if not (settings.data / DATABASE).exists():
        return []
    try:
        found = repair(settings.data, FILES, lambda: _embedder(settings))
    except BoardQAError as error:
        return [Check("Index", "broken", error.message, error.hint)]
    forget_leftovers(settings.data / UPLOADS)
    return [Check(**asdict(finding)) for finding in found]


def print_checks(checks: list[Check]) -> None:
    """One line a check, and under what is not well, what to do."""
    for check in checks:
        print(f"{check.state:<8} {check.name}: {check.found}")
        if check.advice:
            print(f"{'':<9}{check.advice}")


def _python() -> Check:
    return Check("Python", "ok", f"{platform.python_version()} at {sys.executable}")


def _packages() -> Check:
    found, missing = [], []
    for requirement in requires("board-qa") or []:
        if "extra ==" in requirement:
            continue
        [name] = re.findall(r"^[\w.-]+", requirement)
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Check("Packages", "broken", f"missing: {', '.join(missing)}", "Run: make install")
    return Check("Packages", "ok", f"{len(found)} needed, all there")


def _model(settings: Settings) -> Check:
    began = time.perf_counter()
    try:
        embedder = _embedder(settings)
        embedder.embed_query("Who chairs the meeting?")
    except BoardQAError as error:
        return Check("Embedding model", "broken", error.message, error.hint)
    seconds = time.perf_counter() - began
    made = f"{embedder.identity.name}, {embedder.identity.dimensions} dimensions, in {embedder.arithmetic}"
    return Check("Embedding model", "ok", f"{made}, loaded in {seconds:.1f} s")


def _embedder(settings: Settings) -> Embedder:
    return load_embedder(
        settings.embedding_model,
        settings.query_prefix,
        settings.passage_prefix,
        settings.arithmetic,
        settings.threads,
    )


def _further_models(settings: Settings) -> list[Check]:
    """Whether the reranker and the question-answering model read; nothing of one that is not set, none is needed."""
    question, text = "Who chairs the meeting?", "The Leader chairs the meeting."
    checks = []
    if settings.reranker:
        from qa.rerank import load_reranker

        def ranks() -> str:
            reranker = load_reranker(settings.reranker, settings.threads)
            reranker.scores(question, [text])
            return reranker.name

        checks.append(_tried("Reranker", ranks))
    if settings.qa_model:
        from qa.spans import load_span_reader

        def proposes() -> str:
            reader = load_span_reader(settings.qa_model, settings.threads)
            [span] = reader.spans(question, [text])
            return f"{reader.name}, proposes {span.text!r}" if span else reader.name

        checks.append(_tried("Question-answering model", proposes))
    return checks


def _tried(name: str, attempt: Callable[[], str]) -> Check:
    try:
        return Check(name, "ok", attempt())
    except BoardQAError as error:
        return Check(name, "broken", error.message, error.hint)


def _language_model(settings: Settings) -> list[Check]:
    """Whether the language model answers; nothing where none is set, since none is needed."""
    if not settings.llm_url:
        return []
    from qa.llm import open_llm, probe

    name = f"Language model {settings.llm_model!r}"
    try:
        llm = open_llm(settings.llm_url, settings.llm_model, settings.llm_key, api_version=settings.llm_api_version)
        said = probe(llm, settings.llm_timeout)
    except BoardQAError as error:
        return [Check(name, "broken", error.message, error.hint)]
    return [Check(name, "ok", f"it says {said[:40]!r}")]


def _ocr(settings: Settings) -> Check:
    name = "Scanned pages"
    if settings.ocr == "off":
        return Check(name, "warning", "not read", "Unset BOARD_QA_OCR to have them read.")
    engine = ocr.available()
    if engine is None:
        advice = "Install tesseract (on Debian: apt install tesseract-ocr tesseract-ocr-osd), or run: make install"
        return Check(name, "warning", "there is no OCR engine, they stay unread", advice)
    if not engine.startswith("tesseract"):
        return Check(name, "ok", f"read with {engine}; tesseract would be faster and better")
    languages = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=False).stdout
    lacking = [language for language in TESSERACT_LANGUAGES if language not in languages.split()]
    if lacking:
        packages = " ".join(f"tesseract-ocr-{language}" for language in lacking)
        return Check(name, "warning", f"{engine} lacks {', '.join(lacking)}", f"On Debian: apt install {packages}")
    return Check(name, "ok", f"read with {engine}")


def _disk(settings: Settings) -> Check:
    folder = settings.data.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / GIGABYTE
    found = f"{free:.1f} GB free for {settings.data}"
    if free >= LOW_DISK_GB:
        return Check("Disk", "ok", found)
    return Check("Disk", "broken" if free < NO_DISK_GB else "warning", found, "Free some space, or set BOARD_QA_DATA.")


def _index(settings: Settings) -> Check:
    if not settings.data.exists():
        return Check("Index", "warning", f"nothing is indexed yet in {settings.data}", "board-qa ingest PATH…")
    try:
        service = BoardQA.open(settings)
        try:
            packs, reasons = service.packs(), service.ready()
            behind = len(unread(settings.data / DATABASE))
        finally:
            service.close()
    except BoardQAError as error:
        return Check("Index", "broken", error.message, error.hint)
    if not packs:
        return Check("Index", "warning", f"nothing is indexed yet in {settings.data}", "board-qa ingest PATH…")
    if reasons:
        return Check("Index", "broken", "; ".join(reasons), "See the checks above.")
    found = f"{len(packs)} packs, {sum(pack.pages for pack in packs)} pages in {settings.data}"
    if behind:
        told = f"{found}; {behind} of them are not yet read for the decision register"
        return Check("Index", "warning", told, "The next `board-qa ingest PATH…` reads them; unchanged files stay.")
    return Check("Index", "ok", found)
