"""What a question asks: its content words, names, periods, references, and the kind of answer it wants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from index.model import Kind
from qa.amounts import in_figures, printed_amounts
from qa.periods import periods
from qa.words import names, stem, stems, tokens


class Wanted(StrEnum):
    """A kind of answer."""

    MONEY = "money"
    FIGURE = "figure"
    COUNT = "count"
    PERCENT = "percent"
    DATE = "date"
    PERSON = "person"
    REASON = "reason"
    DECISION = "decision"
    DEFINITION = "definition"
    VOTE = "vote"


FIGURES = frozenset({Wanted.MONEY, Wanted.FIGURE, Wanted.COUNT, Wanted.PERCENT, Wanted.DATE})

# How people ask for each kind of answer, with an example of each.
FORMS: tuple[tuple[Wanted, re.Pattern[str]], ...] = tuple(
    (wanted, re.compile(pattern, re.I))
    for wanted, pattern in (
        # "How much did it cost?", "what sum in pounds", "what's the budget for"
        (
            Wanted.MONEY,
            r"\bhow much\b.{0,80}\b(?:money|cost|spen[dt]|spending|pay|paid|fund\w*|budget\w*|grants?|price\w*|fees?|"
            r"charge\w*|worth|allocat\w*|invest\w*|sav(?:e|ed|ing|ings)|owe[ds]?|overspen\w*|underspen\w*|pounds|"
            r"put in|set aside|earmarked|awarded|receiv\w*|contribut\w*|rais(?:e|ed)|borrow\w*|stipend|allowance|"
            r"salar(?:y|ies)|wages?|bonus\w*|loans?|debts?|fines?|compensation|rent|bill|levy|surcharge|premium)\b|"
            r"[£$€].{0,60}\bhow much\b|\bhow much\b.{0,40}[£$€]|"
            r"\bhow much\b.{0,60}\b(?:sale|sell|sold|bid|offer(?:ed)?)\b|"
            r"\bhow (?:far|deep|much) (?:in|into) the (?:red|black)\b|"
            r"\bwhat(?:'s|’s|s| is| was| has been) (?:\w+ ){0,3}?"
            r"(?:earmarked|allocated|set aside|budgeted|ring-?fenced|paying|spending)\b|"
            r"\bwhat (?:sum|amount)\b|\bin pounds\b|\bhow many (?:pounds|dollars|£)|"
            r"\bwhat(?:'s|’s| is| was| were| are| will be| would be) (?:the )?(?:[\w'’-]+ ){0,8}"
            r"(?:cost|costs|price|budget|fee|grant|allocation|spend|salary|rent|worth|deficit|surplus|overspend|underspend|value|"
            r"income|turnover|reserves?)\b|\bwhat\b.{0,40}\b(?:rent|salary|fee|grant)\b|"
            r"\bwhat (?:is|was|are|were|do|does|did)\b.{0,40}\b(?:paid|earn|pay)\b",
        ),
        # "How much additional capacity", "how big a drop"
        (
            Wanted.FIGURE,
            r"\bhow (?:much|big|large|far|fast|old)\b|\bwhat(?:'s|’s| is| was)? the (?:target|total|level)\b",
        ),
        (Wanted.COUNT, r"\bhow many\b|\bnumber of\b"),
        (
            Wanted.PERCENT,
            r"\bper ?cent\b|\bpercentage\b|%|\b(?:what|which) (?:proportion|share|fraction|rate|slice|portion)\b|"
            r"\bproportion of\b",
        ),
        (
            Wanted.DATE,
            r"^\s*(?:and |so |but )?when\b|\b(?:from|by|since|until) when\b|\bwhen (?:did|does|do|is|was|were|will|"
            r"are)\b|\b(?:what|which) (?:dates?|days?|month|year|period|time)\b|\bdeadline\b|\bcut-?off\b|\bhow long\b",
        ),
        (
            Wanted.PERSON,
            r"\bwho(?:se|m)?\b(?! (?:are|were) (?:in|at|with)\b)|\bname of the\b|"
            r"\bwhich (?:\w+ )?(?:councillors?|members?|officers?|directors?|person|people)\b",
        ),
        (
            Wanted.REASON,
            r"^\s*why\b|\bwhy (?:did|does|do|is|was|were|has|have|are)\b|\bwhat (?:was|is) the reason\b|\band why\b",
        ),
        (
            Wanted.DECISION,
            r"\b(?:decide|decided|decision|agree|agreed|approve|approved|resolve|resolved|resolution|sign(?:ed)? off|"
            r"vote|voted|endorse|endorsed|adopt|adopted|action|actions)\b|"
            r"\b(?:asked|recommended|invited) to\b|\brecommend(?:s|ed|ation\w*)\b|\bwhat happened\b|\boutcome\b|"
            r"\bdid\b.{0,60}\b(?:board|cabinet|committee|council|councillors|members|governors|panel|hwb|trust)\b",
        ),
        # "How did the vote split", "who voted against", "was it unanimous"
        (
            Wanted.VOTE,
            r"\b(?:how|what|which way)\b[^?]{0,40}\b(?:was|were|did)\b[^?]{0,40}\bvot(?:es?|ing)\b|"
            r"\b(?:vote|votes|voting) (?:split|count|tally|numbers|figures|go|went|fall|fell)\b|\bby how many votes\b|"
            r"\b(?:who|which)\b[^?]{0,60}\b(?:vot(?:e|ed|es)|abstain\w*)\b|\bunanimous\w*\b|"
            r"\bhow many\b[^?]{0,60}\b(?:voted (?:for|against|in favou?r)|abstain\w*|against)\b",
        ),
        (Wanted.DEFINITION, r"\bwhat (?:does|do|is|are)\b.{1,60}\b(?:mean|meant|stand for)\b|\bdefin(?:e|ition|ed)\b"),
    )
)
LEAST_NAME = 4  # letters of a name that counts as one
# "item 7", "agenda item 4", "page 43", "minute HWB26"
ITEM = re.compile(r"\b(?:agenda )?item (?:no\.? ?)?(\d{1,2}[a-z]?)\b", re.I)
PAGE = re.compile(r"\b(?:agenda )?(?:page|pg\.?|p\.) ?(\d{1,4})\b", re.I)
PAPERS = {
    Kind.MINUTES: re.compile(r"\b(?:minutes|minuted)\b(?! (?:long|each|late|wait))", re.I),
    Kind.SLIDES: re.compile(r"\b(?:slides?|slide deck|presentation)\b", re.I),
    Kind.APPENDIX: re.compile(r"\b(?:appendix|appendices|annex)\b", re.I),
}
# Words of the asking itself: they name the sort of answer or the papers, and are seldom in the answering sentence.
ASKING = frozenset(
    stem(word)
    for word in """many much number sum amount date name person people council councillor board committee meeting
    report paper pack page item agenda figure percentage percent proportion total year according
    slide presentation deck table chart graph appendix section paragraph document cover""".split()
)
# Words of talk, rare in papers for that alone: they tell little of what is asked either.
LIGHT = frozenset(
    stem(word)
    for word in """want know known let keep see seen shown put take took taken come came turn happen look seem think
    thought need try mean find found ask hear heard talk remember lot bit back actually really exactly still yet
    already ever even quite anyway""".split()
)
# Words that ask for a decision and stand in few of them
DECIDING = frozenset(
    stems("decide decision agree resolve resolution vote recommend board committee cabinet council meeting minutes")
)


@dataclass(frozen=True, slots=True)
class Analysis:
    """A question taken apart. ``terms`` are stems, once each; ``names`` stems of likely names.

    ``words`` gives each stem as it was first written; ``proper`` are the names that are written like one and are no
    acronym or month, each with its stem.
    """

    text: str
    terms: tuple[str, ...]
    words: Mapping[str, str]
    names: frozenset[str]
    proper: Mapping[str, str]
    wanted: frozenset[Wanted]
    periods: frozenset[str]
    item: str | None
    page: str | None
    papers: frozenset[Kind] = frozenset()  # the sorts of paper that it names: "the slides", "in the minutes"


def analyse(text: str) -> Analysis:
    """Take a question apart; nothing is looked up."""
    words: dict[str, str] = {}
    amounts = printed_amounts(text)
    for token in tokens(in_figures(text)):
        for part in (token, *re.split(r"[-/&]", token)):
            for key in stems(part):
                words.setdefault(key, amounts.get(part, part))
    item, page = ITEM.search(text), PAGE.search(text)
    return Analysis(
        text=text,
        terms=tuple(words),
        words=words,
        names=frozenset(stem(name) for name in names(text)),
        proper={
            stem(name): name
            for name in names(text)
            if len(name) >= LEAST_NAME and name[1:].islower() and not periods(name)
        },
        wanted=_wanted(text),
        periods=periods(text),
        item=item.group(1) if item else None,
        page=page.group(1) if page else None,
        papers=frozenset(kind for kind, form in PAPERS.items() if form.search(text)),
    )


def _wanted(text: str) -> frozenset[Wanted]:
    found = {wanted for wanted, form in FORMS if form.search(text)}
    if found & {Wanted.MONEY, Wanted.COUNT, Wanted.PERCENT}:
        found.discard(Wanted.FIGURE)
    return frozenset(found)
