"""What each command of ``board-qa`` does: reads its options, calls the service, prints. Returns the exit code."""

from __future__ import annotations

import argparse
import getpass
import json
import logging
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import asdict

from pydantic import BaseModel

from qa.errors import EXIT_FAILED, EXIT_SOME_REFUSED, EmptyQuestionError, UsageError
from qa.model import Filters, Question
from qa.papers import FILES
from qa.service import BoardQA
from qa.settings import Settings, load_settings


def run(options: argparse.Namespace) -> int:
    """Run the command that ``options`` (of ``qa.cli.build_parser``) names; errors are BoardQAErrors."""
    settings = load_settings(
        data=options.data, host=getattr(options, "host", None), port=getattr(options, "port", None)
    )
    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    return COMMANDS[options.command](options, settings)


def _filters(options: argparse.Namespace) -> Filters:
    return Filters.model_validate({name: getattr(options, name) for name in Filters.model_fields})


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _plain(models: Iterable[BaseModel]) -> list[object]:
    return [model.model_dump(mode="json") for model in models]


def _ingest(options: argparse.Namespace, settings: Settings) -> int:
    from qa.printing import ingest_progress, print_ingest

    if not options.paths and not options.re_embed:
        raise UsageError("No file or folder was named.", "Run `board-qa ingest PATH…`.")
    missing = [str(path) for path in options.paths if not path.exists()]
    if missing:
        raise UsageError(f"There is no file or folder {', '.join(missing)}.", "Check the path.")
    password = options.password or (settings.password.get_secret_value() if settings.password else None)
    if password == "-":
        password = getpass.getpass("Password of the encrypted PDFs: ")
    with closing(BoardQA.open(settings)) as service:
        with ingest_progress() as progress:
            report = service.ingest(
                options.paths, password=password, progress=progress, force=options.force, re_embed=options.re_embed
            )
        if options.json:
            _print_json(report.model_dump(mode="json"))
        else:
            print_ingest(report, service.packs())
    return EXIT_SOME_REFUSED if report.refused else 0


def _packs(options: argparse.Namespace, settings: Settings) -> int:
    from qa.printing import print_packs

    with closing(BoardQA.open(settings)) as service:
        packs = service.packs()
    _print_json(_plain(packs)) if options.json else print_packs(packs)
    return 0


def _pages(options: argparse.Namespace, settings: Settings) -> int:
    from qa.printing import print_pages

    with closing(BoardQA.open(settings)) as service:
        pages = service.pages(options.pack)
    _print_json(_plain(pages)) if options.json else print_pages(pages)
    return 0


def _remove(options: argparse.Namespace, settings: Settings) -> int:
    with closing(BoardQA.open(settings)) as service:
        for pack in service.remove(options.packs):
            print(f"removed {pack}")
    return 0


def _backup(options: argparse.Namespace, settings: Settings) -> int:
    from index.backup import back_up

    done = back_up(settings.data, FILES, options.file)
    print(f"{options.file} holds {done.packs} packs")
    for pack in done.without_pdf:
        print(f"the PDF of {pack} was not there; `board-qa ingest --force` on it brings it back", file=sys.stderr)
    return 0


def _restore(options: argparse.Namespace, settings: Settings) -> int:
    from index.backup import restore

    print(f"{settings.data} holds {restore(options.file, settings.data, FILES)} packs")
    return 0


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    from qa.printing import print_answer

    question = " ".join(options.question)
    if options.batch:
        if question or not options.out:
            raise UsageError(
                "--batch takes its questions from a file.", "board-qa ask --batch IN.jsonl --out OUT.jsonl"
            )
        return _ask_batch(options, settings)
    if options.out:
        raise UsageError("--out is for --batch.", "For one question: board-qa ask QUESTION --json > FILE")
    if not question.strip():
        raise EmptyQuestionError("There is no question.", "board-qa ask QUESTION")
    with closing(BoardQA.open(settings)) as service:
        answer = service.ask(Question(question=question, filters=_filters(options)))
    _print_json(answer.model_dump(mode="json")) if options.json else print_answer(answer)
    return 0


def _ask_batch(options: argparse.Namespace, settings: Settings) -> int:
    from qa.batch import ask_batch

    def failed(line: int, reason: str) -> None:
        print(f"{options.batch}:{line}: {reason}", file=sys.stderr)

    with closing(BoardQA.open(settings)) as service:
        counts = ask_batch(service, options.batch, options.out, _filters(options), failed)
    print(f"{counts.answered} answered, {counts.skipped} already in {options.out}, {counts.failed} failed")
    return EXIT_SOME_REFUSED if counts.failed else 0


def _search(options: argparse.Namespace, settings: Settings) -> int:
    from qa.printing import print_passages

    query = " ".join(options.query)
    with closing(BoardQA.open(settings)) as service:
        passages = service.search(query, _filters(options), options.limit)
    if options.json:
        _print_json({"query": query, "passages": _plain(passages)})
    else:
        print_passages(passages)
    return 0


def _decisions(options: argparse.Namespace, settings: Settings) -> int:
    from qa.commands_register import decisions

    with closing(BoardQA.open(settings)) as service:
        decisions(service, options)
    return 0


def _serve(_: argparse.Namespace, settings: Settings) -> int:
    from qa.server import serve

    with closing(BoardQA.open(settings)) as service:
        serve(service, settings)
    return 0


def _doctor(options: argparse.Namespace, settings: Settings) -> int:
    from qa.doctor import examine, print_checks

    checks = examine(settings)
    if options.json:
        _print_json([asdict(check) for check in checks])
    else:
        print_checks(checks)
    return EXIT_FAILED if any(check.state == "broken" for check in checks) else 0


def _eval(options: argparse.Namespace, settings: Settings) -> int:
    # qa knows nothing of eval but this: the command is one of board-qa's.
    from eval.cli import run as run_eval

    return run_eval(options, settings)


COMMANDS: dict[str, Callable[[argparse.Namespace, Settings], int]] = {
    "ingest": _ingest,
    "packs": _packs,
    "pages": _pages,
    "remove": _remove,
    "ask": _ask,
    "search": _search,
    "decisions": _decisions,
    "serve": _serve,
    "backup": _backup,
    "restore": _restore,
    "doctor": _doctor,
    "eval": _eval,
}
