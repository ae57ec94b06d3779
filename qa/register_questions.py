"""Questions that the register answers as a list: "what has the Board decided about … since 2021", "open actions for …".

Only what asks for decisions or actions as such is one; a question for a fact in a paper never is.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import date, timedelta
from urllib.parse import urlencode

from index.record_model import Outcome
from qa.periods import periods
from qa.question import Analysis
from qa.register_model import ActionFilters, RegisterFilters
from qa.scope import GENERIC, Aim
from qa.words import POSSESSIVE, STOPWORDS, content_words, stem

_DATE = (
    r"(?:the\s+)?(?:financial\s+)?(?:year\s+)?(?:(?:[A-Z][a-z]+day,?\s+)?\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?)?"
    r"(?:(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*,?\s+)?"
    r"(?:(?:20|19)\d\d(?:\s?[/–-]\s?(?:20)?\d\d)?|\d{4}-\d\d-\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})"
)
# "since 2021", "between May 2022 and 1 June 2023", "at the meeting of 14 March 2024", "in 2023/24"
PERIOD = re.compile(
    r",?\s*\b(?:(?P<how>since|after|before|until|till|up\s+to|in|during|throughout|on|from|between)\s+"
    r"|(?:at|in|from)\s+(?:the|its|their)\s+(?:[\w&-]+\s+){0,5}?meeting\s+(?:of|on|held\s+on)\s+)"
    rf"(?P<first>{_DATE})(?:\s*(?:and|to|until|till|–|-)\s*(?P<second>{_DATE}))?(?![\w/-])",
    re.I,
)
# What is left of times that are no dates: "since the pandemic", "last year"
OTHER_TIME = re.compile(
    r"\b(?:since|until|till|before|after|during|between|last|next|this|recent(?:ly)?|latest|so\s+far|upcoming"
    r"|forthcoming|planned|future)\b",
    re.I,
)

_SUBJECT = r"(?P<body>(?!been\b)[\w&'’,.() -]{2,90}?)"
# "about", "on", "to do about", "regarding", "in relation to"
_ABOUT = (
    r"(?:\s+(?:to\s+do\s+)?(?:about|on|over|regarding|concerning|around|in\s+relation\s+to|in\s+respect\s+of"
    r"|with\s+regard\s+to|relating\s+to|as\s+to)\s+(?P<topic>.{2,200}?))"
)
_DECIDED = r"(?P<done>decided?|resolved?|agreed?|approved?|noted?|defer(?:red)?|refer(?:red)?|rejected|ratif(?:y|ied))"
_DECISIONS = r"(?P<what>decisions|resolutions|deferrals|motions|votes)"
_MADE = r"(?:made|taken|passed|reached|recorded|agreed)"
_MOTION = r"(?:motion|amendment|resolution|recommendation|proposal|proposition|substantive\s+motion)s?"
_ASK = r"(?:(?:can|could|would)\s+you\s+|please\s+)*"
_PERSON = r"(?P<person>(?:Cllr|Councillor|Mrs?|Ms|Miss|Dr|Prof(?:essor)?|Sir|Dame|Lord|Lady)\.?\s+[\w'’. -]{2,60}?)"

DECISIONS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(form + r"\s*", re.I)
    for form in (
        # "What has the Board decided about the Better Care Fund", "what did Cabinet resolve"
        rf"what\s+(?:all\s+)?(?:has|have|had|did|does)\s+{_SUBJECT}\s+{_DECIDED}{_ABOUT}?",
        # "What was decided about parking", "what has been agreed by the Cabinet on parking"
        rf"what\s+(?:was|were|is|has\s+been|have\s+been)\s+{_DECIDED}(?:\s+by\s+{_SUBJECT})?{_ABOUT}?",
        # "What decisions has the Board made on dentistry", "which resolutions did Cabinet pass"
        rf"(?:what|which)\s+{_DECISIONS}\s+(?:has|have|did)\s+{_SUBJECT}\s+(?:made|make|taken?|pass(?:ed)?|reach(?:ed)?)"
        rf"{_ABOUT}?",
        # "Which decisions were taken by Cabinet about parking", "what decisions have been made on dentistry"
        rf"(?:what|which)\s+{_DECISIONS}\s+(?:were|was|are|have\s+been|has\s+been)\s+(?:there|{_MADE})"
        rf"(?:\s+by\s+{_SUBJECT})?{_ABOUT}?",
        # "List all decisions of Cabinet about parking", "show me every resolution on dentistry", "all decisions on X"
        rf"{_ASK}(?:(?:list|show|give|find|tell|get)\s+(?:me\s+)?)?(?:all|every|each)?\s*(?:of\s+)?(?:the\s+)?"
        rf"(?P<list>decisions?|resolutions?)(?:\s+{_MADE})?(?:\s+(?:by|of|from)\s+{_SUBJECT})?{_ABOUT}?",
        # "What was the decision on the day centre"
        rf"what\s+(?:was|is|were|are)\s+the\s+(?:decision|resolution)s?(?:\s+(?:by|of)\s+{_SUBJECT})?{_ABOUT}",
        # "Who moved the motion on parking", "who seconded the amendment about rents"
        rf"who\s+(?:(?:moved|seconded|proposed)\s+(?:and\s+(?:moved|seconded)\s+)?)+(?:the|an?|that)\s+{_MOTION}"
        r"(?:\s+(?:to|that|for|against))?(?:\s+(?:about|on|regarding|concerning))?\s+(?P<topic>.{2,200}?)",
        # "Who voted against the closure of the ward", "which members abstained on it"
        r"(?:who|which\s+(?:of\s+the\s+)?(?:members|councillors))\s+(?:voted|abstained)\s+"
        r"(?:for|against|in\s+favour\s+of|on|from)\s+(?P<topic>.{2,200}?)",
        # "How did members vote on the closure"
        rf"how\s+did\s+{_SUBJECT}\s+vote{_ABOUT}",
        # "How did the vote split on the closure", "what was the vote on the closure"
        rf"(?:how\s+did\s+the\s+votes?\s+(?:split|go|fall|come\s+out)|what\s+was\s+the\s+(?:vote|voting)(?:\s+split)?){_ABOUT}",
        # "Which motions did Councillor Reed move"
        rf"(?:what|which)(?:\s+(?:decisions|{_MOTION}))?\s+(?:has|have|did)\s+{_PERSON}\s+"
        rf"(?:moved?|second(?:ed)?|proposed?|vot(?:ed?)\s+(?:for|against|on)){_ABOUT}?",
        # "Has the plan been approved or only recommended", "was it decided, or just proposed"
        r"(?:has|have|was|were|is|are)\s+(?P<topic>.{2,160}?)\s+(?:been\s+)?(?:actually\s+|already\s+)?"
        r"(?:approved|agreed|decided|adopted|resolved)(?:\s+yet)?,?\s+or\s+(?:(?:has|was|is|were|are)\s+(?:it|they)\s+)?"
        r"(?:been\s+)?(?:only|just|merely|still|simply)\s+(?:been\s+)?(?:recommended|proposed|a\s+recommendation)",
    )
)
_OPEN = r"(?:still\s+)?(?:open|outstanding|overdue|unfinished|incomplete|not\s+(?:yet\s+)?(?:done|complete[d]?|closed))"
_HOLDER = r"(?:\s+(?:for|of|with|by|owned\s+by|assigned\s+to|held\s+by|from|at)\s+(?P<holder>[\w&'’,.() -]{2,90}?))"
ACTIONS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(form + r"\s*", re.I)
    for form in (
        # "Which actions are open for CBa", "what actions are still outstanding"
        rf"(?:what|which)\s+(?:of\s+the\s+)?actions\s+(?:are|remain)\s+{_OPEN}{_HOLDER}?",
        # "List all outstanding actions of the Director of Place", "open actions for the Cabinet"
        rf"{_ASK}(?:(?:list|show|give|find|tell|get)\s+(?:me\s+)?|(?:what|which)\s+(?:are|were)\s+)?(?:all|every)?\s*"
        rf"(?:of\s+)?(?:the\s+)?{_OPEN}\s+actions{_HOLDER}?",
        # "Which outstanding actions does Dr Reed have"
        rf"(?:what|which)\s+{_OPEN}\s+actions\s+(?:does|do|has|have)\s+(?P<holder>[\w&'’,.() -]{{2,90}}?)"
        r"(?:\s+(?:have|own|hold|got))?",
        # "Which actions has CBa still to do"
        r"(?:what|which)\s+actions\s+(?:does|do|has|have)\s+(?P<holder>[\w&'’,.() -]{2,90}?)\s+"
        r"(?:still\s+|yet\s+)(?:have\s+)?(?:to\s+(?:do|complete|finish)|outstanding|open)",
    )
)
# "…, and where does it say so", "and when", "and by how many votes", "and who moved it": every row of the register has
# page, day, vote and mover
TOLD_ANYWAY = re.compile(
    r"(?:,?\s*(?:and\s+)?(?:where\s+(?:does|do)\s+(?:it|they|the\s+\w+)\s+say\s+(?:so|that|this)"
    r"|where\s+is\s+(?:it|that|this)\s+(?:said|recorded|minuted|written)|on\s+(?:which|what)\s+pages?"
    r"|with\s+(?:the\s+)?(?:page(?:s|\s+numbers)?|dates?|votes?)"
    r"|(?<=and\s)when(?:\s+was\s+(?:it|that|this)(?:\s+(?:decided|agreed|resolved))?)?"
    r"|on\s+(?:what|which)\s+(?:date|day)|at\s+(?:what|which)\s+meeting|under\s+(?:what|which)\s+minute(?:\s+number)?"
    r"|who\s+(?:moved|proposed)(?:\s+and\s+(?:who\s+)?seconded)?\s+(?:it|that)"
    r"|by\s+how\s+many(?:\s+votes)?|(?:how|which\s+way)\s+did\s+the\s+vote\s+go|what\s+was\s+the\s+vote))+$",
    re.I,
)
# A second question: "…, and from when", "and why"
ANOTHER = re.compile(r"\b(?:and|but|or)\s+(?:\w+\s+)?(?:who|what|when|where|why|how|which|whose)\b", re.I)
ANY_BODY = frozenset(stem(word) for word in ("councillors", "members", "full"))
BODY_WORDS = frozenset(
    stem(word)
    for word in """assembly board cabinet commission committee council councillors executive forum governors group
    members panel partnership trust trustees authority icb hwb hwbb hosc icp""".split()
)
# Only these say more than that something was decided
KINDS = {
    "defer": Outcome.DEFERRED,
    "refer": Outcome.REFERRED,
    "note": Outcome.NOTED,
    "reject": Outcome.LOST,
    "ratif": Outcome.RATIFIED,
}
PRONOUN = re.compile(r"(?:it|this|that|these|those|them|which|what|both)(?:\s+(?:one|matter|item|topic))?", re.I)
ARTICLE = re.compile(r"^(?:the|a|an|its|their|our|any)\s+", re.I)
PLACE = re.compile(r"\s+(?:in|at|by|of|for|from)\s+(?:the\s+)?(?=(?P<place>[\w&'’ -]+)$)", re.I)


def register_question(question: Analysis, where: Aim) -> RegisterFilters | ActionFilters | None:
    """The filters of the register that list what a question asks for; None where it asks for something else.

    Nothing is looked up: ``where`` only tells which of the question's words name a council or body.
    """
    if where.unknown:
        return None
    text = TOLD_ANYWAY.sub("", " ".join(question.text.split()).strip(" ?.!"))
    dates = PERIOD.search(text)
    rest = f"{text[: dates.start()]} {text[dates.end() :]}" if dates else text
    rest = " ".join(rest.split()).strip(" ,?.")
    return _actions(rest, where, dated=bool(dates)) or _decisions(rest, where, dates)


def _actions(text: str, where: Aim, *, dated: bool) -> ActionFilters | None:
    found = _first(ACTIONS, text)
    if found is None or dated or OTHER_TIME.search(text):
        return None
    holder = _bare(found.get("holder"))
    if holder is None:
        return ActionFilters(open=True)
    if PRONOUN.fullmatch(holder):
        return None
    is_body, body = _body(holder, where)
    return ActionFilters(body=body, owner=None if is_body else holder, open=True)


def _decisions(text: str, where: Aim, dates: re.Match[str] | None) -> RegisterFilters | None:
    found = _first(DECISIONS, text)
    if found is None:
        return None
    subject, person, topic = _bare(found.get("body")), found.get("person"), _bare(found.get("topic"))
    is_body, body = _body(subject, where) if subject else (True, None)
    if not is_body:
        return None
    if topic and not body:
        topic, body = _parted(topic, where)
    if topic and not _is_topic(topic):
        return None
    since, until = _span(dates) if dates else (None, None)
    if dates and since is None and until is None:
        return None
    if not (topic or body or person or dates or found.get("list")):
        return None  # "What was decided?" tells nothing to look for
    done = (found.get("done") or "").lower()
    return RegisterFilters(
        query=topic,
        body=body,
        person=person,
        kind=next((kind for word, kind in KINDS.items() if done.startswith(word)), None),
        **{"from": since, "to": until},
    )


def _first(forms: Iterable[re.Pattern[str]], text: str) -> dict[str, str] | None:
    """The named parts of the first form that the whole text has."""
    for form in forms:
        if found := form.fullmatch(text):
            return {name: value for name, value in found.groupdict().items() if value}
    return None


def _is_topic(words: str) -> bool:
    """Whether the words name a matter, and nothing else is asked or told with them."""
    return not (
        PRONOUN.fullmatch(words)
        or OTHER_TIME.search(words)
        or ANOTHER.search(words)
        or any(key[0] in "dm" for key in periods(words))  # a day or month of which the sense is not clear
        or not content_words(words)
    )


def _parted(topic: str, where: Aim) -> tuple[str, str | None]:
    """A topic without the council or body at its end, and that: "fluoride at the Health and Wellbeing Board"."""
    for place in PLACE.finditer(topic):
        words = (POSSESSIVE.sub("", word) for word in content_words(place["place"]))
        if all(stem(word) in where.told or stem(word) in GENERIC for word in words):
            is_body, named = _body(place["place"], where)
            if is_body and named:
                return topic[: place.start()], named
    return topic, None


def _bare(words: str | None) -> str | None:
    return ARTICLE.sub("", words.strip(" ,.'\"“”‘’")) or None if words else None


def _body(words: str, where: Aim) -> tuple[bool, str | None]:
    """Whether the words stand for a body or council, and its name as the register's filter takes it, None for any.

    "the Board" and "members" are any body; a place that nothing indexed is of stands for none.
    """
    found = [POSSESSIVE.sub("", word) for word in re.findall(r"[\w&'’-]+", words)]
    known = [word for word in found if stem(word) in where.told or stem(word) in GENERIC]
    if any(word[0].isupper() and word not in known and word.lower() not in STOPWORDS for word in found):
        return False, None
    if not any(stem(word) in BODY_WORDS for word in found) and not all(stem(word) in where.told for word in found):
        return False, None
    name = [word for word in known if stem(word) not in ANY_BODY]
    told = any(stem(word) in where.told for word in name)
    return True, " ".join(name) if told or len(name) > 1 else None


def _span(dates: re.Match[str]) -> tuple[date | None, date | None]:
    """First and last day that the words mean, None for an open end; both None where they name no day there is."""
    first = _range(dates["first"])
    if first is None:
        return None, None
    if dates["second"]:
        second = _range(dates["second"])
        return (first[0], second[1]) if second and first[0] <= second[1] else (None, None)
    how = " ".join((dates["how"] or "").lower().split())
    if how in {"since", "from"}:
        return first[0], None
    if how == "after":
        return first[1] + timedelta(days=1), None
    if how == "before":
        return None, first[0] - timedelta(days=1)
    if how in {"until", "till", "up to"}:
        return None, first[1]
    return first


def _range(words: str) -> tuple[date, date] | None:
    """First and last day of the most exact period that the words name."""
    told = periods(words)
    for key in sorted(told, key=lambda key: "dmfy".find(key[0])):
        if found := re.fullmatch(r"d(\d{4}-\d\d-\d\d)", key):
            day = date.fromisoformat(found[1])
            return day, day
        if found := re.fullmatch(r"m(\d{4})-(\d\d)", key):
            year, month = int(found[1]), int(found[2])
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        if found := re.fullmatch(r"f(\d{4})", key):
            return date(int(found[1]), 4, 1), date(int(found[1]) + 1, 3, 31)
        if found := re.fullmatch(r"y(\d{4})", key):
            return date(int(found[1]), 1, 1), date(int(found[1]), 12, 31)
    return None


def filters_address(filters: RegisterFilters | ActionFilters) -> str:
    """Where the register lists what the filters mean: an address of /decisions or /actions."""
    path = "/actions" if isinstance(filters, ActionFilters) else "/decisions"
    values = filters.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return f"{path}?{urlencode(values)}" if values else path
