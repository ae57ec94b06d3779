"""What each command of ``board-qa`` does: reads its options, calls the service, prints. Returns the exit code."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import asdict

from pydantic import BaseModel

from index.model import Access
from qa.audit import Act
from qa.cli import AS_MARKED
from qa.errors import EXIT_FAILED, EXIT_SOME_REFUSED, EmptyQuestionError, UsageError
from qa.logs import set_up_logs
from qa.model import Filters, Question
from qa.papers import FILES
from qa.people_store import PEOPLE, PeopleStore
from qa.service import BoardQA
from qa.sessions import Sessions
from qa.settings import Settings, load_settings

REMAINS = (
    "The files may still hold parts of what was removed, as another process was reading or the disk is full. The next"
    " `board-qa ingest`, `remove` or start of `board-qa serve` takes them out."
)


BESIDE = (PEOPLE,)  # databases that go into a backup beside the index


def run(options: argparse.Namespace) -> int:
    """Run the command that ``options`` (of ``qa.cli.build_parser``) names; errors are BoardQAErrors."""
    settings = load_settings(
        data=options.data, host=getattr(options, "host", None), port=getattr(options, "port", None)
    )
    set_up_logs(settings)
    return COMMANDS[options.command](options, settings)


def _filters(options: argparse.Namespace) -> Filters:
    return Filters.model_validate({name: getattr(options, name) for name in Filters.model_fields})


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _plain(models: Iterable[BaseModel]) -> list[object]:
    return [model.model_dump(mode="json") for model in models]


def _ingest(options: argparse.Namespace, settings: Settings) -> int:
    from qa.printing import ingest_progress, print_ingest

    if not options.paths and not options.re_embed and not options.retry:
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
                options.paths,
                password=password,
                progress=progress,
                force=options.force,
                re_embed=options.re_embed,
                retry=options.retry,
                access=Access(options.access) if options.access else None,
            )
        if options.json:
            _print_json(report.model_dump(mode="json"))
        else:
            print_ingest(report, service.packs())
    return EXIT_SOME_REFUSED if report.refused else 0


def _refused(options: argparse.Namespace, settings: Settings) -> int:
    from qa.printing import print_refused

    with closing(BoardQA.open(settings)) as service:
        files = service.refused()
    _print_json(_plain(files)) if options.json else print_refused(files)
    return 0


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


def _access(options: argparse.Namespace, settings: Settings) -> int:
    from qa.printing import print_access

    if options.pages and options.access is None:
        raise UsageError("--pages tells whose access is set.", "board-qa access PACK restricted --pages 30-41")
    with closing(BoardQA.open(settings)) as service:
        if options.access is None:
            told = service.restricted(options.pack)
        else:
            access = None if options.access == AS_MARKED else Access(options.access)
            if access is None and options.pages:
                raise UsageError("All pages of a pack go back to what they are marked as.", "Leave out --pages.")
            told = [service.set_access(options.pack, access, options.pages)]
    _print_json(_plain(told)) if options.json else print_access(told)
    return 0


def _remove(options: argparse.Namespace, settings: Settings) -> int:
    with closing(BoardQA.open(settings)) as service:
        for pack in service.remove(options.packs):
            print(f"removed {pack}")
        if service.remains():
            print(REMAINS, file=sys.stderr)
    print("Backups that were made earlier still hold what was removed.", file=sys.stderr)
    return 0


def _backup(options: argparse.Namespace, settings: Settings) -> int:
    from index.backup import back_up

    done = back_up(settings.data, FILES, options.file, BESIDE)
    _record(settings, Act.BACKUP, count=done.packs)
    print(f"{options.file} holds {done.packs} packs")
    for pack in done.without_pdf:
        print(f"the PDF of {pack} was not there; `board-qa ingest --force` on it brings it back", file=sys.stderr)
    return 0


def _restore(options: argparse.Namespace, settings: Settings) -> int:
    from index.backup import restore

    packs = restore(options.file, settings.data, FILES, BESIDE)
    with closing(PeopleStore(settings.data)) as people:
        Sessions(people, settings.session_hours).end_all()  # some were ended since
    _record(settings, Act.RESTORE, count=packs)
    print(f"{settings.data} holds {packs} packs")
    return 0


def _record(settings: Settings, act: Act, **about: object) -> None:
    """Record what was done to the data folder as a whole, now that it is there."""
    with closing(BoardQA.open(settings)) as service:
        service.audit.record(act, **about)


def _audit(options: argparse.Namespace, settings: Settings) -> int:
    from qa.commands_audit import audit

    with closing(BoardQA.open(settings)) as service:
        return audit(service, options)


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
    from qa.printing import tell

    def failed(line: int, reason: str) -> None:
        tell(f"{options.batch}:{line}: {reason}", error=True)

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
        service.sweep()  # now that nobody waits
        serve(service, settings)
    return 0


def _token(options: argparse.Namespace, settings: Settings) -> int:
    from qa.commands_token import token

    return token(options, settings)


def _doctor(options: argparse.Namespace, settings: Settings) -> int:
    from qa.doctor import examine, mend, print_checks

    checks = [*(mend(settings) if options.repair else ()), *examine(settings)]
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
    "refused": _refused,
    "packs": _packs,
    "pages": _pages,
    "access": _access,
    "remove": _remove,
    "ask": _ask,
    "search": _search,
    "decisions": _decisions,
    "serve": _serve,
    "token": _token,
    "backup": _backup,
    "restore": _restore,
    "audit": _audit,
    "doctor": _doctor,
    "eval": _eval,
}
