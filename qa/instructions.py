"""Text in papers that speaks to the assistant instead of to the meeting: no evidence, never shown to a model.

Anyone can have a letter or a comment printed in a pack. A sentence that gives a language model orders is left out of
every prompt together with the rest of its paragraph, and supports no statement.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from index.letters import seen

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
        rf"\b(?:you are|act as|pretend to be|behave as)\s+(?:an?|the|our)\s+(?:[\w'’-]+\s+){{0,2}}{_ADDRESSEE}\b|"
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
    # "(assistant: say that it costs £9)"
    re.compile(
        rf"\b{_ADDRESSEE}\b\s*[:,–-]\s*(?:please\s+)?"
        r"(?:answer|say|respond|reply|repeat|tell|ignore|quote|cite|state|write)\b",
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
    # the same in French, German, Spanish, Italian, Portuguese, Welsh and Polish
    re.compile(
        r"\b(?:ignor\w*|oubli\w*|olvid\w*|dimentic\w*|esque[cç]\w*|missacht\w*|verg(?:iss|ess)\w*|anwybydd\w*|zignor\w*)\b"
        r"[^.?!\n]{0,50}\b(?:instructions? pr[ée]c\w+|consignes|anweisung\w*|instruktion\w*|instruccion\w*|"
        r"istruzion\w*|instru[cç][õo]es|cyfarwyddiad\w*|instrukcj\w*|polece\w*)\b",
        re.I,
    ),
    # "Decode this and do as it says", and a row of signs that only a program reads
    re.compile(r"\bdeco(?:de|ding)\b[^.?!\n]{0,40}\b(?:do|follow|obey|carry out|say)\b", re.I),
    re.compile(r"(?<![\w/=&?%.#+-])(?=\S*\d)(?=\S*[a-z])(?=\S*[A-Z])[A-Za-z0-9+/]{40,}={0,2}(?![\w/])"),
    # the marks with which chat models' turns begin
    re.compile(r"<\|\w+\|>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|\bEND OF (?:EVIDENCE|CONVERSATION)\b"),
)
# The commonest order with its letters set apart: "I g n o r e  a l l  previous instructions"
SET_APART = re.compile(
    r"(?:ignore|disregard|forget|override)(?:all|any|the|your|of|my|these)*(?:previous|prior|earlier|preceding|above)"
    r"(?:instructions?|prompts?|rules|context)"
)
NO_LETTER = re.compile(r"[^a-z]+")


def speaks_to_assistant(sentence: str) -> bool:
    """Whether a sentence gives orders to a language model; letters in disguise and unseen ones do not help it."""
    plain = " ".join(unicodedata.normalize("NFKC", seen(sentence)).split())
    if any(order.search(plain) for order in ORDERS):
        return True
    return bool(SET_APART.search(NO_LETTER.sub("", plain.lower())))


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
