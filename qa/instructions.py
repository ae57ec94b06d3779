"""Text in papers that speaks to the assistant instead of to the meeting: no evidence, never shown to a model.

Anyone can have a letter or a comment printed in a pack. A sentence that gives a language model orders is left out of
every prompt together with the rest of its paragraph, and supports no statement.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_TEXT = r"(?:instructions?|prompts?|rules|guidelines|directions|commands|context|messages?|conversation|text|training)"
_ADDRESSEE = (
    r"(?:a\.?i\.?|assistants?|chat ?bots?|language models?|l\.?l\.?ms?|gpt|chatgpt|ai (?:models?|systems?|assistants?|"
    r"readers?|tools?))"
)
ORDERS = (
    # "Ignore your instructions", "disregard all of the above", "forget everything you were told"
    re.compile(
        r"\b(?:ignore|disregard|forget|override|bypass|overrule)\b[^.?!\n]{0,40}?\b(?:"
        rf"(?:your|my|previous|prior|earlier|preceding|above|system)\s+(?:\w+\s+){{0,2}}{_TEXT}\b|"
        r"(?:all|any|these|those|the)\s+(?:\w+\s+){0,2}(?:instructions?|prompts?)\b|"
        r"all of the above\b|everything (?:above|before|you)|what you (?:were|have been|are) told)",
        re.I,
    ),
    # "You are now a helpful pirate", "you are an AI", "act as the council's chatbot", "as an AI language model"
    re.compile(rf"\byou are (?:now|no longer)\b[^.?!\n]{{0,40}}\b(?:{_ADDRESSEE}|free|allowed|a|an)\b", re.I),
    re.compile(
        rf"\b(?:you are|act as|pretend to be|behave as)\s+(?:an?|the|our)\s+(?:\w+\s+){{0,2}}{_ADDRESSEE}\b|"
        r"\bas an ai (?:language )?(?:model|assistant)\b",
        re.I,
    ),
    # "AI assistants must answer …", "Note to the language model:", "Dear chatbot", "Assistant: the levy is …"
    re.compile(
        rf"\b{_ADDRESSEE}\b[^.?!\n]{{0,40}}\b(?:must|should|shall|ha(?:s|ve) to|needs? to|are to|is to|please)\b"
        r"[^.?!\n]{0,40}\b(?:answer|say|respond|reply|repeat|tell)\b",
        re.I,
    ),
    re.compile(
        r"\b(?:note|message|instructions?|attention|dear|hello|hey|to)[ :,]+(?:for |to )?(?:the |any |all )?"
        rf"{_ADDRESSEE}\b\s*[:,–-]",
        re.I,
    ),
    re.compile(r"^\W*(?:system|assistant|user)\s+(?:prompt|message)\s*:\s*\S", re.I | re.M),
    # "new instructions:", "reveal your system prompt", "do not cite any sources"
    re.compile(
        rf"\b(?:new|updated|real|secret|hidden)\s+(?:system\s+)?{_TEXT}\s*:|\b(?:your|the) system prompt\b", re.I
    ),
    re.compile(
        r"\b(?:when|if|whenever)\s+(?:you are |anyone |a user |the user |someone )?ask(?:ed|s)?\b[^.?!\n]{0,80}\b"
        r"(?:say|answer|reply|respond|state|output|tell (?:them|him|her|the user))\b",
        re.I,
    ),
    re.compile(
        r"^\W*(?:please\s+)?(?:answer|respond|reply|output|print|repeat)\s+(?:only|always|with|exactly|that|the)\b",
        re.I,
    ),
    # the marks with which chat models' turns begin
    re.compile(r"<\|\w+\|>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>", re.I),
)
HIDDEN = dict.fromkeys(
    map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)


def speaks_to_assistant(sentence: str) -> bool:
    """Whether a sentence gives orders to a language model; letters in disguise and unseen ones do not help it."""
    plain = " ".join(unicodedata.normalize("NFKC", sentence.translate(HIDDEN)).split())
    return any(order.search(plain) for order in ORDERS)


def without_orders(spans: Sequence[tuple[int, int]], text: str, blocks: Sequence[int]) -> list[tuple[int, int]]:
    """The sentences (offsets in ``text``) of a passage less those that give orders and what follows in their paragraph.

    ``blocks`` are the offsets at which paragraphs begin; where there are none, every sentence stands alone.
    """
    kept: list[tuple[int, int]] = []
    spoiled: int | None = None  # the paragraph that an order stands in
    for start, end in spans:
        paragraph = max((block for block in blocks if block <= start), default=0 if blocks else start)
        if speaks_to_assistant(text[start:end]):
            spoiled = paragraph
        elif paragraph != spoiled:
            kept.append((start, end))
    return kept
