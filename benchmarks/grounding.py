"""How many changed sentences the check of generated sentences catches, and how many true ones it lets pass.

    python -m benchmarks.grounding DATA [--passages 500] [--shown 3]

Takes sentences and table cells of the passages indexed in the data folder DATA, as they are and with one fact
changed: a digit, a name, a "not" put in or left out, a cell of another row or column. No model is asked.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.model import Passage
from index.store import Store
from qa.generation import Origin, heading_of
from qa.grounding import Block, Removed, bears_out, units_of

SEED = 3
LEAST_WORDS = 6  # of a sentence that says something
CELLS = 4  # tried of each table
OTHER_NAME = "Harrowgate"  # printed in no paper we know of
PARAGRAPH_NUMBER = re.compile(r"^\W*(?:\(?[a-z0-9]{1,3}[).]|\d+(?:\.\d+)+)\s+")
VERB = re.compile(r"\b(is|are|was|were|has|have|will|had)\b(?! not)")
DENIED = re.compile(r"\b(is|are|was|were|has|have|will|had|did|does|do) not\b")
DENIAL = re.compile(r"\b(?:not|no|never)\b")
NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}")
CELL = re.compile(r"[£$]?[\d,.]{2,}%?")


def sentence_changes(text: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Kind of change and changed sentence, each at most once."""
    if digits := list(re.finditer(r"\d", text)):
        at = chance.choice(digits)
        changed = (int(at[0]) + chance.randint(1, 8)) % 10
        yield "another digit", f"{text[: at.start()]}{changed}{text[at.end() :]}"
    if (verb := VERB.search(text)) and not DENIAL.search(text):
        yield "a not put in", f"{text[: verb.end()]} not{text[verb.end() :]}"
    if denied := DENIED.search(text):
        yield "a not left out", f"{text[: denied.start()]}{denied[1]}{text[denied.end() :]}"
    if names := list(NAME.finditer(text)):
        at = chance.choice(names)
        yield "another name", f"{text[: at.start()]}{OTHER_NAME}{text[at.end() :]}"


def cell_statements(block: Block, chance: random.Random) -> Iterator[tuple[str, str, str]]:
    """Kind of change, a true statement of a cell, and the same with a figure of another row or column."""
    columns = block.passage.columns
    rows = [[cell.strip() for cell in block.passage.text[u.start : u.end].split("\t")] for u in block.units]
    rows = [row for row in rows if len(row) == len(columns) and re.search("[a-z]{3}", row[0])]
    cells = [(row, i) for row in rows for i in range(1, len(row)) if CELL.fullmatch(row[i]) and columns[i].strip()]
    for row, i in chance.sample(cells, min(CELLS, len(cells))):
        said = f"The {columns[i]} for {row[0]} was"
        beside = [cell for n, cell in enumerate(row) if n not in {0, i} and CELL.fullmatch(cell) and cell != row[i]]
        above = [other[i] for other in rows if CELL.fullmatch(other[i]) and other[i] not in row]
        for kind, others in (("a figure of another column", beside), ("a figure of another row", above)):
            if others:
                yield kind, f"{said} {row[i]}.", f"{said} {chance.choice(others)}."


def statements(block: Block, chance: random.Random) -> Iterator[tuple[str, str, str]]:
    """Kind of change, a statement that stands in the block, and one that does not."""
    if block.passage.table:
        yield from cell_statements(block, chance)
        return
    for unit in block.units:
        text = PARAGRAPH_NUMBER.sub("", unit.text)
        if len(text.split()) >= LEAST_WORDS and text.endswith("."):
            for kind, changed in sentence_changes(text, chance):
                if changed != text:
                    yield kind, text, changed


def measure(passages: Sequence[Passage]) -> tuple[Counter[str], Counter[str], dict[str, list[str]]]:
    """Changed statements tried and caught by kind ("true ones let pass" among them), and those got wrong."""
    chance = random.Random(SEED)
    tried: Counter[str] = Counter()
    right: Counter[str] = Counter()
    wrong: dict[str, list[str]] = defaultdict(list)

    def count(kind: str, text: str, is_right: bool) -> None:
        tried[kind] += 1
        right[kind] += is_right
        if not is_right:
            wrong[kind].append(text)

    for passage in passages:
        block = Block("K7Q", passage, heading_of(passage, Origin()), units_of(passage))
        told: dict[str, bool] = {}
        for kind, true, changed in statements(block, chance):
            if true not in told:
                told[true] = not isinstance(bears_out(true, [block]), Removed)
                count("true, let pass", true, told[true])
            if told[true]:
                count(f"{kind}, caught", changed, isinstance(bears_out(changed, [block]), Removed))
    return tried, right, wrong


def main() -> None:
    """Print one line a kind of change."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="data folder of an index")
    parser.add_argument("--passages", type=int, default=500, help="taken at random")
    parser.add_argument("--shown", type=int, default=3, help="statements got wrong that are printed, of each kind")
    given = parser.parse_args()
    with Store(given.data) as store:
        passages = [passage for batch in store.every_passage() for passage in batch]
    chance = random.Random(SEED)
    tried, right, wrong = measure(chance.sample(passages, min(given.passages, len(passages))))
    for kind in sorted(tried):
        print(f"{kind:<36}{right[kind]:>6} of {tried[kind]:<6}{right[kind] / tried[kind]:.3f}")
        for text in wrong[kind][: given.shown]:
            print(f"    {text[:200]}")


if __name__ == "__main__":
    main()
