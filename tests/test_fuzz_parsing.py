"""Any text at all, made of what papers and questions are made of and of what they never hold, breaks no parser."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzzed import PIECES, TARGETS

SECONDS = 3.0  # of computing, for what takes some hundredths: patterns that run wild take hours
LONG = 2_000  # characters of a line

pieces = st.sampled_from(PIECES) | st.text(max_size=12) | st.integers(0, 300).map(str)
separators = st.sampled_from([" ", "\n", "\n", "\n\n", "\t", "\f", "\n!", "\n  ", ""])
texts = st.lists(st.tuples(pieces, separators), max_size=25).map(lambda made: "".join(map("".join, made)))


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(text=texts)
def test_any_text_is_read_without_a_fault(target: str, text: str) -> None:
    TARGETS[target](text)


@pytest.mark.parametrize("target", TARGETS)
def test_no_pattern_runs_wild_on_a_long_line_of_the_same(target: str) -> None:
    slow = {}
    for piece in (*PIECES, "a", " ", "1", ".", "A ", "1 ", "1,", "(", "the ", "to the ", "- ", "of 1 "):
        began = time.process_time()
        TARGETS[target]((piece * (LONG // len(piece) + 1))[:LONG])
        if (seconds := time.process_time() - began) > SECONDS:
            slow[piece] = seconds
    assert slow == {}
