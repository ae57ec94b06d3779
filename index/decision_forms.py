"""The forms in which minutes record that something was decided, each with lines of its kind, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.record_model import Outcome

_BODY = (
    r"(?:(?:[Tt]he\s+)?(?:[A-Z][\w&’'-]*\s+(?:(?:and|of|for|&)\s+)?){0,5}"
    r"(?:Sub-?)?(?:Board(?:\s+(?:[Mm]embers|of\s+[A-Z]\w+))?|(?:[Cc]o|C)mmittee|Cabinet|Council|Panel|Commission"
    r"|(?<!Chief\s)Executive|Trustees"
    r"|Governors|Governing\s+Body|Forum|Authority|Partnership|Assembly|Directors|Court|Senate)"
    r"|(?:[Aa]ll\s+)?(?:(?:Board|Committee|Council)\s+)?[Mm]embers(?:\s+present)?|(?:The\s+)?CB\s?\d+(?:,\s+Man\.)?)"
)
_LEAD_IN = (
    r"(?:(?:After|Following|On|Upon|Having|Accordingly|Therefore|Consequently|Subject"
    r"|In\s+conclusion)\b[^.:;]{0,110}?,\s+"
    r"|(?:Accordingly|Therefore),?\s+)?"
)
_HOW = r"(?:,?\s*(?:then|also|unanimously|therefore|further|duly|formally|collectively)\s+|\s+)"

# The words that begin a resolution of its own, with all its parts.
LEADS: tuple[tuple[re.Pattern[str], Outcome], ...] = (
    # "RESOLVED: That …", "FURTHER RESOLVED that", "It was RESOLVED unanimously to", "Members RESOLVED (by 5 to 2)"
    (
        re.compile(
            rf"{_LEAD_IN}(?:It\s+was\s+(?:moved[^.]{{0,80}}\s+and\s+)?(?:\w+ly\s+|further\s+)?|it\s+was\s+(?:\w+ly\s+)?"
            rf"|{_BODY}{_HOW})?(?:FURTHER\s+|UNANIMOUSLY\s+)?RESOLVE[DS]\b"
        ),
        Outcome.RESOLVED,
    ),
    # "It was proposed by Cllr Reed, seconded by Cllr Holt and RESOLVED to object"
    (
        re.compile(r"[^.;:]{0,140}?(?:\.\s?[^.;:]{0,60}?)?\band\s+(?:it\s+was\s+)?(?:unanimously\s+)?RESOLVED\b"),
        Outcome.RESOLVED,
    ),
    # "Resolved: that", "Resolved – That", "Resolved unanimously:", "Resolution:"; "It was resolved that"
    (
        re.compile(
            r"(?:Resolved|Resolution)\s*(?:unanimously|nem\.?\s*con\.?)?\s*(?:[:–—-]|\bthat\b|\bto\b)|"
            rf"{_LEAD_IN}[Ii]t\s+was\s+(?:\w+ly\s+|further\s+|also\s+)?resolved\b"
            rf"|{_LEAD_IN}{_BODY}{_HOW}resolved\s+(?:to|that)\b"
        ),
        Outcome.RESOLVED,
    ),
    # "THEREFORE, BE IT RESOLVED that", "Now therefore be it resolved", "Be it resolved", "Therefore Be Resolved"
    (
        re.compile(r"(?:now,?\s+)?(?:therefore,?\s+)?(?:let\s+it\s+)?be\s+(?:it\s+)?(?:further\s+)?resolved\b", re.I),
        Outcome.RESOLVED,
    ),
    # "AGREED –", "AGREED that the report be noted", "Agreed: That …", "AGREED (unanimously):"
    (re.compile(r"AGREED\b(?!\s+(?:with|by)\b)|Agreed\s*(?:unanimously)?\s*[:–—-]"), Outcome.AGREED),
    # "DECISION: To approve …", "Decision made: that", "Decision – the Committee …"
    (re.compile(r"(?:DECISIONS?|Decisions?|[Dd]ecision\s+(?:made|taken))\s*[:–—-](?!\s*$)"), Outcome.RESOLVED),
    # "VOTED: To accept the gift", "ORDERED that the hearing be continued"
    (re.compile(r"(?:VOTED|ORDERED)\s*(?:[:–—-]|\b(?:to|that)\b)|Voted\s*:"), Outcome.RESOLVED),
    # "IT WAS AGREED THAT", "IT WAS RESOLVED"
    (re.compile(r"IT\s+WAS\s+(?:UNANIMOUSLY\s+)?(?:RESOLVED|AGREED)\b"), Outcome.AGREED),
    # "NOTED: the contents of the report"; "APPROVED: the minutes"
    (re.compile(r"NOTED\s*[:–—-]|NOTED\s+(?:that\s+)?the\b"), Outcome.NOTED),
    (re.compile(r"APPROVED\s*[:–—-]|APPROVED\s+(?:that\s+)?the\b"), Outcome.APPROVED),
)
# a heading or line of its own over what was decided: "Decision", "RESOLVED:", "Agreed"
HEADED = re.compile(
    r"(?:DECISIONS?|Decisions?|Resolutions?|RESOLVED|Resolved|AGREED|Agreed|OUTCOME|Outcome|Decision\(s\))\s*[:–—-]?"
)
# "The Trust Board:" over a list of what it noted and approved
BODY_COLON = re.compile(rf"{_LEAD_IN}{_BODY}\s*(?:[:–—-])")
LIST_VERB = re.compile(
    r"(?:NOTED|APPROVED|AGREED|RESOLVED|ENDORSED|RATIFIED|RECEIVED|ADOPTED|SUPPORTED|noted|approved|agreed"
    r"|resolved|endorsed|ratified|adopted)\b",
    re.I,
)
# "BE IT FURTHER RESOLVED …" goes on with the resolution before it
FURTHER = re.compile(r"(?:now,?\s+)?(?:therefore,?\s+)?be\s+it\s+further\s+resolved\b", re.I)
# "2) Street fair, May 3 – Resolution not opposing the application … Adopted."
NAMED_RESOLUTION = re.compile(
    r"(?:^|[–—-]\s*)Resolution\s+(?:(?:not\s+)?(?:\w+ing)\b|urges?\b|in\s+(?:opposition|support)\b|not\s+included)"
)
# "… subject to conditions. Adopted." "• Adopted", "renewal of the licence – Tabled", "– Agreed to send letter"
TAIL_WORD = re.compile(
    r"(?:^|[–—.-]\s*|\s-\s|\s(?=(?:Adopted|Tabled|Withdrawn)\.?\s*$))(?P<word>Adopted|Tabled|Approved|Carried|Withdrawn|Deferred|Agreed\s+to\s[^.]{5,})\.?\s*$"
)

_OBJECT = r"(?:\s+(?:unanimously|in\s+principle|formally|collectively))?"
_REPORT = (
    r"(?i:minutes?|notes|reports?|updates?|presentations?|contents?|position|progress|plans?|programmes?|log"
    r"|dates?|papers?"
    r"|policy|policies|strategy|strategies|terms\s+of\s+reference|recommendations?|proposals?|motion|procedures?"
    r"|budgets?"
    r"|accounts|appointments?|items?|applications?|requests?|orders|schemes?|register|charter|summary|membership"
    r"|code|agenda|arrangements?|agreements?|framework|timetable|calendar|schedule|figures|statement|letter"
    r"|risks?|changes?|discussions?)"
)
_VERBS: tuple[tuple[str, Outcome], ...] = (
    (
        r"(?:agreed|AGREED)" + _OBJECT + r"\s+(?:to|that|the|with|on|not|its?|their|a|an|this|these|for|:)",
        Outcome.AGREED,
    ),
    (r"(?:agreed|AGREED)\s*[:,]\s", Outcome.AGREED),
    (r"voted(?:,?\s+(?:by|with)\s+[^,.]{1,40},)?\s+(?:unanimously\s+)?(?:that|to|not\s+to)\b", Outcome.AGREED),
    (r"(?:decided|DECIDED|determined)\s+(?:to|that|not)\b", Outcome.AGREED),
    (
        r"(?:approved|APPROVED|adopted|ADOPTED|endorsed|ENDORSED|accepted|ACCEPTED|CONFIRMED|confirmed|authorised"
        r"|AUTHORISED|supported|SUPPORTED|granted|awarded|delegated|DELEGATED)\b",
        Outcome.APPROVED,
    ),
    (r"(?:ratified|RATIFIED)\b", Outcome.RATIFIED),
    (r"(?:NOTED|RECEIVED|TOOK\s+NOTE)\b", Outcome.NOTED),
    (
        rf"(?:noted|took\s+note\s+of)\s+(?:the|this|these)\s+(?:[\w’'-]+\s+){{0,4}}?{_REPORT}\b(?!\s+that\b)",
        Outcome.NOTED,
    ),
    (
        r"took\s+(?:(?:LIMITED|FULL|SUBSTANTIAL|REASONABLE|PARTIAL|limited|full|substantial|reasonable|partial"
        r"|adequate)\s+)?"
        r"(?:ASSURANCE|assurance)\b",
        Outcome.NOTED,
    ),
    (r"(?:deferred|DEFERRED|postponed)\b", Outcome.DEFERRED),
    (r"(?:referred|REFERRED)\b", Outcome.REFERRED),
    (r"(?:rejected|REJECTED|refused|REFUSED|declined|did\s+not\s+(?:agree|support|approve))\b", Outcome.LOST),
    (
        r"(?:RECOMMENDED\b|recommended\s+(?:that|to)\s+(?:the\s+)?(?:[A-Z]\w+\s+)*(?:Cabinet|Council|Board"
        r"|Committee)\b)",
        Outcome.RECOMMENDED,
    ),
    (r"(?:appointed|elected|nominated|APPOINTED|ELECTED)\b", Outcome.AGREED),
)
# Sentences with the body as subject: "The Board APPROVED the plan.", "The Committee agreed to visit …"
BODY_SENTENCES = tuple(
    (
        re.compile(
            rf"{_LEAD_IN}{_BODY}{_HOW}(?:(?:considered|discussed|reviewed|received)\b[^.]{{0,80}}\sand\s+)?{verb}"
        ),
        kind,
    )
    for verb, kind in _VERBS
)
_DONE: tuple[tuple[str, Outcome], ...] = (
    (r"(?:agreed|AGREED)\b", Outcome.AGREED),
    (
        r"(?:approved|APPROVED|adopted|ADOPTED|endorsed|ENDORSED|accepted|ACCEPTED|confirmed|CONFIRMED"
        r"|signed\s+(?:by|as)\b"
        r"|taken\s+as\s+(?:read|a\s+(?:true|correct))|passed)",
        Outcome.APPROVED,
    ),
    (r"(?:ratified|RATIFIED)\b", Outcome.RATIFIED),
    (r"(?:noted|NOTED|received\s+and\s+noted)\b", Outcome.NOTED),
    (r"(?:deferred|DEFERRED|postponed|withdrawn|tabled\s+(?:to|until|till))\b", Outcome.DEFERRED),
    (r"(?:referred|REFERRED)\s+(?:to|back)\b", Outcome.REFERRED),
    (r"(?:rejected|REJECTED|refused|REFUSED)\b", Outcome.LOST),
)
_WAS = (
    r"(?<!\b[Ii]t\s)(?:was|were)\s+(?:(?:then|also|unanimously|formally|duly|both|all|discussed,?|reviewed,?"
    r"|circulated,?"
    r"|considered,?|signed,?|ad|and)\s+)*"  # "ad" for "and" as misprinted
)
# Sentences told of the paper: "The minutes of 3 May were agreed as a correct record.", "The work programme was noted."
PAPER_SENTENCES = tuple(
    (
        re.compile(
            rf"(?:Subject\s+to[^.]{{0,90}},\s+)?(?=[A-Z])(?:(?!\b(?:which|who|that"
            rf"|had|has|because|although|where|when|whether|if)\b)[^.:;]){{0,160}}?\b{_REPORT}\b"
            rf"(?:(?!\b(?:which|who|had\s+been|has\s+been|have\s+been|that|where|when|whether|if)\b)[^.:;]"
            rf"|having\s+been){{0,160}}?\b{_WAS}{done}"
        ),
        kind,
    )
    for done, kind in _DONE
)
# "It was agreed that …", "It was therefore decided to …", "…, and this was agreed", "The Board were in agreement with"
LOOSE_SENTENCES: tuple[tuple[re.Pattern[str], Outcome], ...] = (
    # "The Panel heard both sides and passed a motion supporting the appeal"
    (re.compile(rf"{_BODY}\b[^.;]{{0,200}}?\bpassed\s+a\s+(?:motion|resolution)\b", re.S), Outcome.RESOLVED),
    (
        re.compile(
            rf"{_LEAD_IN}[Ii]t\s+was\s+(?:then\s+|also\s+|unanimously\s+|therefore\s+|further\s+|subsequently\s+"
            rf"|proposed[^.]{{0,80}}\s+and\s+)*"
            r"(?:agreed|AGREED|decided|approved|APPROVED)\b(?:\s+(?:to|that|not|the|by|unanimously|:)|:|,)"
        ),
        Outcome.AGREED,
    ),
    (
        re.compile(
            r".{10,400}(?:,\s+and|;|\band)\s+(?:this|that|it)\s+was\s+(?:unanimously\s+)?(?:agreed|approved"
            r"|AGREED)\b\s*\.?$",
            re.S,
        ),
        Outcome.AGREED,
    ),
    (
        re.compile(r".{10,500},?\s+and\s+it\s+was\s+(?:unanimously\s+)?(?:agreed|decided)\s+(?:to|that)\b", re.S),
        Outcome.AGREED,
    ),
    (
        re.compile(rf".{{0,200}}?{_BODY}\s+(?:were|was)\s+(?:all\s+|unanimously\s+)?in\s+agreement\b", re.S),
        Outcome.AGREED,
    ),
    (
        re.compile(
            r".{10,300}\b(?:was|were)\s+(?:unanimously\s+)?(?:agreed|approved|adopted|accepted|endorsed|ratified|noted)"
            r"(?:\s+(?:and|unanimously|\w+ed))*\s+by\s+(?:the|all)\s+(?:Board|Committee|Council|Cabinet|Panel"
            r"|Commission)(?:\s+members)?\b",
            re.S,
        ),
        Outcome.APPROVED,
    ),
    # "Cllr Jones was elected Chair for the year"
    (
        re.compile(
            r"[A-Z][^.;]{2,60}\b(?:was|were)\s+(?:duly\s+|unanimously\s+)?(?:re-)?(?:elected"
            r"|appointed)\s+(?:as\s+)?(?:the\s+)?"
            r"(?:Chair|Vice|Deputy|Mayor|Convener|President|Leader)"
        ),
        Outcome.AGREED,
    ),
)
# what tells that a sentence is of another time or another body, or is no decision
NOT_NOW = re.compile(
    r"\b(?:had\s+(?:been\s+|already\s+|previously\s+)?(?:agreed|approved|decided|resolved|adopted|noted)"
    r"|(?:previously|already)\s+(?:been\s+)?(?:agreed|approved)|at\s+(?:that|its\s+(?:last|previous)|the\s+last"
    r"|a\s+previous)\s+meeting"
    r"|(?:which|that|who)\s+(?:was|were|had\s+been)\s+(?:\w+ly\s+)?(?:agreed|approved|adopted|noted)"
    r"|(?:agreed|approved|adopted|endorsed|noted)\s+by\s+(?:(?!the\s+(?:Board|Committee|Cabinet|Council"
    r"|Panel)\b)the\s+)?[A-Z][^.]{0,60}\s(?:in|on)\s+(?:\d|[A-Z][a-z]+\s+\d))",
    re.I,
)

# "The motion was LOST.", "Upon being put to the vote the amendment was LOST by 2 votes to 5.", "Motion carried"
PUT = re.compile(
    r"\b(?:(?P<what>motion|amendment|proposal|recommendation|resolution)s?\b(?:[^.;]{0,60}?\b(?:was|were|is|being"
    r"|been))\s+"
    r"(?:then\s+|therefore\s+|duly\s+|declared\s+|unanimously\s+|also\s+|put\s+to\s+(?:the"
    r"|a)\s+vote\s+and\s+(?:was\s+)?)*"
    r"(?P<fate>lost|carried|defeated|failed|passed|approved(?=[.\s]*$|\s+(?:unanimously|by\s+\w+\s+(?:votes|to)))"
    r"|adopted|withdrawn"
    r"|not\s+carried)\b"
    r"|(?P<bare>motion|amendment)\s+(?:was\s+)?(?:duly\s+)?(?P<end>carried|passed|lost|failed|fell|approved"
    r"|defeated|adopted|withdrawn)\b"
    r"|^\W*(?P<alone>carried|lost|defeated)\b(?=.{0,40}$))",
    re.I,
)
FATE_LOST = re.compile(r"lost|defeated|failed|fell|withdrawn|not\s+carried", re.I)
# US vote lines that settle what stands before them: "Vote: Unanimous", "BOARD VOTE: 35 In Favor", "RESULT: APPROVED"
SETTLES = re.compile(
    r"(?:(?:board\s+)?vote\s*:|result\s*:|motion\s+(?:was\s+)?(?:duly\s+)?(?:carried|passed|approved|failed|adopted)"
    r"|motion\s*/|unanimous\s+vote|(?:carried|lost)\b.{0,60}$)",
    re.I,
)
RESULT_LOST = re.compile(r"\b(?:failed|lost|denied|defeated|not\s+carried)\b", re.I)

# What a resolution does, by its verbs; the first found in a clause counts.
_DOES: tuple[tuple[str, Outcome], ...] = (
    (
        r"be\s+deferred|defer(?:red)?|DEFERRED|be\s+postponed|postpone|tabled|continue\s+this\s+item|be\s+adjourned",
        Outcome.DEFERRED,
    ),
    (r"be\s+referred|refer(?:red|s)?\s+(?:to|the|this|it|any|back)", Outcome.REFERRED),
    (r"(?:be\s+)?ratif(?:y|ied|ies)", Outcome.RATIFIED),
    (r"(?:be\s+)?(?:strongly\s+)?recommend(?:ed|s)?(?!\s+by\b|ation)", Outcome.RECOMMENDED),
    (
        r"(?:be\s+|were\s+|was\s+|considered\s+and\s+)?(?:note(?:d|s)?|receive(?:d|s)?|acknowledge(?:d|s)?)",
        Outcome.NOTED,
    ),
    (
        r"(?:be\s+|were\s+|was\s+)?(?:approve[ds]?|adopt(?:ed|s)?|endorse(?:d|s)?|confirm(?:ed|s)?|accept(?:ed|s)?"
        r"|signed|correct\s+record)",
        Outcome.APPROVED,
    ),
)
DOES = tuple((re.compile(rf"\b(?:{words})\b", re.I), kind) for words, kind in _DOES)
# verbs beside "note" that make a resolution more than noting
MORE_THAN_NOTING = re.compile(
    r"\b(?:support(?:ed|s)?|agree[ds]?|approve[ds]?|endorse[ds]?|ask(?:ed|s)?|request(?:ed|s)?|delegate[ds]?"
    r"|invite[ds]?|commend(?:ed|s)?"
    r"|authorise[ds]?|adopt(?:ed|s)?|recommend(?:ed|s)?|write|bring|brought|added|appoint(?:ed|s)?|welcome[ds]?"
    r"|continue[ds]?|allocate[ds]?|award(?:ed|s)?|grant(?:ed|s)?)\b",
    re.I,
)


# the words of a resolution's form, which are none of its verbs
_FORM = re.compile(
    r"^\W*(?:It\s+was\s+)?(?:FURTHER\s+)?(?:RESOLVED|AGREED|NOTED|APPROVED"
    r"|(?:therefore,?\s+)?be\s+it\s+(?:further\s+)?resolved)\b",
    re.I,
)
# a lead that says it of all its parts: "RESOLVED that Council be recommended:", "recommends denial of"
LEAD_KINDS = (Outcome.RECOMMENDED, Outcome.DEFERRED, Outcome.REFERRED)


def kind_of(form: Outcome, text: str, clauses: Sequence[str]) -> Outcome:
    """What was decided by ``text``: the one thing that all its ``clauses`` do, else what its form says."""
    if clauses:
        before = text[: max(0, text.find(clauses[0]))]
        lead = _clause_kind(form, _FORM.sub("", before))
        if lead in LEAD_KINDS:
            return lead
    kinds = {_clause_kind(form, clause) for clause in (clauses or [_FORM.sub("", text)])}
    return kinds.pop() if len(kinds) == 1 else form


def _clause_kind(form: Outcome, clause: str) -> Outcome:
    found: list[tuple[int, Outcome]] = []
    for pattern, kind in DOES:
        if match := pattern.search(clause):
            found.append((match.start(), kind))
    if not found:
        return form
    place, kind = min(found, key=lambda one: one[0])
    if kind is Outcome.NOTED and MORE_THAN_NOTING.search(clause):
        return form
    if kind is Outcome.RECOMMENDED and place > 140:
        return form
    return kind
