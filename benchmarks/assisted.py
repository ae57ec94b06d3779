"""What a language model adds to the answers and what it costs: both engines over the same questions, side by side.

    BOARD_QA_LLM_URL=… BOARD_QA_LLM_MODEL=… python -m benchmarks.assisted DATA QUESTIONS.jsonl \\
        [--pages DIR] [--questions 40] [--seed 11] [--out build/assisted]

Asks a sample of the questions (of each kind its share, drawn with a fixed seed) over the index in the data folder
DATA, first with the extractive engine, then with the language model. Prints the metrics of ``eval.score`` with their
paired difference, then every number in a statement that stands neither in the quotes that it cites nor, weaker, on
their pages, in the date of their meeting, or in what they stand under by the index (a table's title and header, the
head of minutes, perhaps pages before). That count knows nothing of the verifier: figures are compared as written.
An interrupted run goes on where it was. Exit code 1 where the language model's answers have a number from nowhere.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from eval.compare import compare
from eval.generate import describe, generate, keep_pages
from eval.markdown import comparison_markdown
from eval.marks import Row
from eval.questions import GoldQuestion, TruePage, read_pages, read_questions
from eval.runs import ANSWERS, Pages, read_answers, read_run_pages
from eval.score import score
from index.model import Access
from index.store import Store
from qa.model import Answer
from qa.service import BoardQA
from qa.settings import Settings, load_settings

NUMBER = re.compile(r"\d[\d,.:/]*")
YEARS = re.compile(r"\b(19|20)(\d\d)\s?[-–/]\s?(?:(?:19|20)(?=\d\d\b))?(\d\d)\b")
IN_WORDS = {
    word: str(n) for n, word in enumerate("two three four five six seven eight nine ten eleven twelve".split(), 2)
}


def sample(questions: Sequence[GoldQuestion], count: int, seed: int) -> list[GoldQuestion]:
    """``count`` questions, of each kind its share; a larger sample of the same seed begins with the smaller one."""
    kinds: dict[str, list[GoldQuestion]] = defaultdict(list)
    for question in questions:
        kinds[question.kind].append(question)
    chance = random.Random(seed)
    for kind in sorted(kinds):
        chance.shuffle(kinds[kind])
    # each question has a place between 0 and 1 that spreads its kind evenly
    placed = [
        ((n + chance.random()) / len(kinds[kind]), question)
        for kind in sorted(kinds)
        for n, question in enumerate(kinds[kind])
    ]
    return [question for _, question in sorted(placed, key=lambda each: (each[0], each[1].id))][:count]


def asked(
    settings: Settings, engine: str, questions: Sequence[GoldQuestion], truth: dict[str, dict[int, TruePage]], out: Path
) -> tuple[dict[str, Answer], Pages, list[Row]]:
    """The answers of one engine, the pages that they speak of, and their scores."""
    service = BoardQA.open(settings)
    try:
        manifest = describe(service, "assisted", questions, engine)
        generate(service, questions, manifest, out, lambda done, total: print(f"{engine}: {done} of {total}"))
        answers, traces = read_answers(out / ANSWERS)
        keep_pages(service, questions, answers.values(), truth, out)
    finally:
        service.close()
    pages = read_run_pages(out)
    return answers, pages, score(questions, answers, pages, traces)


def numbers(text: str) -> set[str]:
    """The numbers of a text, digits only: "£1,200.50" is 1200.50, "four" is 4, "2024/25" is 2024 and 2025."""
    text = YEARS.sub(r"\1\2 \g<1>\3", text)
    plain = re.sub(rf"\b(?:{'|'.join(IN_WORDS)})\b", lambda m: IN_WORDS[m[0].lower()], text, flags=re.I)
    return {found.replace(",", "").strip(".:/") for found in NUMBER.findall(plain)}


def heads(data: Path, answers: Iterable[Answer]) -> dict[tuple[str, int], str]:
    """What the passages of each cited page (pack id, PDF page) stand under: titles, headers, body, date and item."""
    with closing(Store(data)) as store:
        cited = {(c.pack, c.pdf_page) for answer in answers for c in answer.citations}
        found: dict[tuple[str, int], str] = defaultdict(str)
        for pack in {pack for pack, _ in cited}:
            for passage in store.passages_of(pack, frozenset(Access)):
                for span in passage.spans:
                    if (pack, span.pdf_page) in cited:
                        found[pack, span.pdf_page] += " ".join(("", passage.title, *passage.columns, passage.context))
        return found


def unsupported(
    answers: Mapping[str, Answer], pages: Pages, above: Mapping[tuple[str, int], str]
) -> Iterator[tuple[str, bool, str, str]]:
    """Id, whether the cited pages or what is ``above`` them has it, number and statement, for each number that the
    cited quotes have not."""
    for identity, answer in answers.items():
        cited = {citation.n: citation for citation in answer.citations}
        for claim in answer.claims:
            places = [cited[n] for n in claim.citations]
            quoted = numbers(" ".join(place.quote for place in places))
            near = set(quoted)
            for place in places:
                page = pages.get(Path(place.file).stem, {}).get(place.pdf_page)
                day = place.meeting_date
                over = above.get((place.pack, place.pdf_page), "")
                near |= numbers(f"{page.text if page else ''} {f'{day:%-d %Y}' if day else ''} {over}")
            for number in sorted(numbers(claim.text) - quoted):
                yield identity, number in near, number, claim.text


def main() -> int:
    """Ask, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="data folder of an index")
    parser.add_argument("set", type=Path, help="questions (eval's form)")
    parser.add_argument("--pages", type=Path, help="folder of page maps; without it the index is believed")
    parser.add_argument("--questions", type=int, default=40, help="how many are drawn")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--out", type=Path, default=Path("build/assisted"), help="folder of the two runs")
    given = parser.parse_args()
    settings = load_settings(data=given.data)
    if not settings.llm_url:
        parser.error("set BOARD_QA_LLM_URL and BOARD_QA_LLM_MODEL")
    questions = sample(read_questions(given.set), given.questions, given.seed)
    truth = read_pages(given.pages) if given.pages else {}
    plain = settings.model_copy(update={"llm_url": ""})
    before, plain_pages, plain_rows = asked(plain, "extractive", questions, truth, given.out / "extractive")
    after, pages, rows = asked(settings, "llm", questions, truth, given.out / "llm")
    print(comparison_markdown(compare(plain_rows, rows), "extractive", "language model"))
    by_model = sum(answer.engine.startswith("llm:") for answer in after.values())
    print(f"{by_model} of {len(after)} answers have statements of the model or its abstention")
    nowhere = 0
    for name, answers, shown in (("extractive", before, plain_pages), ("llm", after, pages)):
        found = list(unsupported(answers, shown, heads(settings.data, answers.values())))
        lost = [each for each in found if not each[1]]
        print(f"{name}: {len(found)} numbers beside the quotes, {len(lost)} of them nowhere about them either")
        for identity, near, number, text in found:
            print(f"    {identity} {number} {'(on the page or above)' if near else 'FROM NOWHERE'}: {text[:160]}")
        nowhere = len(lost) if name == "llm" else nowhere
    return 1 if nowhere else 0


if __name__ == "__main__":
    sys.exit(main())
