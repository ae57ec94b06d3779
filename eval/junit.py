"""A run as JUnit XML, the form in which CI services show tests: a testcase a question, another a rule of the gate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

from eval.compare import places_told
from eval.gate import GateResult
from eval.marks import Row

# What XML 1.0 cannot hold, not even escaped: most control characters, halves of surrogate pairs, two non-characters.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAME_CHARS = 150  # of a question; services cut longer names anyway


def junit_xml(question_set: str, rows: Sequence[Row], result: GateResult | None = None) -> str:
    """The XML: class names are ``question_set`` and the kind; a missed question or broken rule is a failure."""
    root = ElementTree.Element("testsuites", name="board-qa eval")
    _suite(root, question_set, (_question(question_set, row) for row in rows))
    if result is not None:
        _suite(root, "gate", _rules(result))
    ElementTree.indent(root)
    return f"{DECLARATION}{ElementTree.tostring(root, encoding='unicode')}\n"


def _suite(root: ElementTree.Element, name: str, cases: Iterable[ElementTree.Element]) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=_xml(name))
    suite.extend(cases)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(sum(case.find("failure") is not None for case in suite)))
    suite.set("errors", "0")


def _question(question_set: str, row: Row) -> ElementTree.Element:
    name = " ".join(f"{row.id} {row.question}".split())[:NAME_CHARS]
    case = ElementTree.Element("testcase", classname=_xml(f"{question_set}.{row.kind}"), name=_xml(name))
    case.set("time", f"{(row.ms or 0) / 1000:.3f}")
    if not row.good:
        told = [
            f"question: {row.question}",
            f"answer: {row.answer or '(none)'}",
            f"expected: {places_told(row.expected) if row.answerable else 'no answer; the papers hold none'}",
            f"cited: {places_told(row.cited)}",
        ]
        if row.facts_missed:
            told.append(f"facts missed: {'; '.join(row.facts_missed)}")
        _fail(case, row.stage or "missed", told)
    return case


def _rules(result: GateResult) -> Iterable[ElementTree.Element]:
    for rule in result.rules:
        case = ElementTree.Element("testcase", classname=f"gate.{rule.against}", name=_xml(rule.metric), time="0")
        if not rule.passed:
            _fail(case, rule.told(), [f"questions: {', '.join(rule.questions) or 'none by itself'}"])
        yield case


def _fail(case: ElementTree.Element, message: str, lines: Iterable[str]) -> None:
    failure = ElementTree.SubElement(case, "failure", message=_xml(message), type="missed")
    failure.text = _xml("\n".join(lines))


def _xml(text: str) -> str:
    return NOT_XML.sub("", text)
