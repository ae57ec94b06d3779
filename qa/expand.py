"""Other words for what a question says: spellings, acronyms spelled out, everyday words for official ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import fuzz, process

from qa.words import STOPWORDS, stem, stems, tokens

LEAST_LETTERS = 5  # of a word that is corrected; shorter ones have too many neighbours
LIKENESS = 84.0  # of a hundred
LONGEST_ENDING = 5  # letters that stemming takes off a word: "vaccination"
# What councils' and NHS papers abbreviate without saying so.
USUAL = {
    "A&E": "accident emergency", "ASB": "anti social behaviour", "ASC": "adult social care",
    "BAF": "board assurance framework", "BC": "borough council", "BCF": "better care fund",
    "CAMHS": "child adolescent mental health", "CC": "county council", "CDC": "community diagnostic centre",
    "CHC": "continuing healthcare", "CIL": "community infrastructure levy", "CIP": "cost improvement programme",
    "CPO": "compulsory purchase order", "CPZ": "controlled parking zone", "CQC": "care quality commission",
    "DFG": "disabled facilities grant", "DFT": "department transport", "DOLS": "deprivation liberty safeguards",
    "DPA": "data protection", "DSG": "dedicated schools grant", "EHCP": "education health care plan",
    "EQIA": "equality impact assessment", "EV": "electric vehicle", "FOI": "freedom information",
    "FPN": "fixed penalty notice", "FT": "foundation trust", "FTE": "full time equivalent", "GP": "general practice",
    "HMO": "house multiple occupation", "HMOS": "houses multiple occupation", "HRA": "housing revenue account",
    "HWB": "health wellbeing board", "HWRC": "household waste recycling centre", "IBCF": "improved better care fund",
    "ICB": "integrated care board", "ICS": "integrated care system", "JSNA": "joint strategic needs assessment",
    "KPI": "key performance indicator", "LD": "learning disability", "LGR": "local government reorganisation",
    "LTN": "low traffic neighbourhood", "MTFP": "medium term financial plan",
    "MTFS": "medium term financial strategy", "NED": "non executive director",
    "NEET": "not education employment training", "NNDR": "national non domestic rates", "O&S": "overview scrutiny",
    "OSC": "overview scrutiny committee", "PCN": "primary care network", "PSPO": "public spaces protection order",
    "RTT": "referral treatment", "S106": "section 106", "S75": "section 75", "SAR": "subject access request",
    "SDEC": "same day emergency care", "SEN": "special educational needs",
    "SEND": "special educational needs disability", "SPD": "supplementary planning document",
    "TRO": "traffic regulation order", "UASC": "unaccompanied asylum seeking children",
    "UEC": "urgent emergency care", "VCS": "voluntary community sector",
    "VCSE": "voluntary community social enterprise", "WTE": "whole time equivalent",
}  # fmt: skip
# How people say it, and how the papers do.
EVERYDAY = {
    "exec": "executive", "execs": "executives", "dept": "department", "govt": "government", "info": "information",
    "mtg": "meeting", "mins": "minutes", "cttee": "committee", "yr": "year",
    "against": "opposed", "bins": "waste refuse collection", "tip": "household waste recycling centre",
    "tips": "household waste recycling centre", "potholes": "carriageway repairs", "roadworks": "street works",
    "lollipop": "school crossing patrol", "kids": "children", "youngsters": "children young people",
    "teenagers": "young people", "toddlers": "early years", "pensioners": "older people", "elderly": "older people",
    "oap": "older people", "homeless": "rough sleepers homelessness", "jobs": "employment", "job": "employment",
    "pay": "remuneration salary", "cuts": "savings reductions", "cash": "funding", "money": "funding",
    "price": "cost", "boss": "chief executive", "mp": "member parliament", "tax": "precept",
    "rates": "business rates", "rent": "rental", "sick": "sickness absence", "died": "deaths fatalities",
    "killed": "fatalities deaths", "deaths": "mortality", "vaccine": "vaccination immunisation",
    "jab": "vaccination immunisation", "jabs": "vaccination immunisation", "smoking": "tobacco", "drink": "alcohol",
    "fat": "obesity", "overweight": "obesity", "suicide": "self harm", "dentist": "dental", "dentists": "dental",
    "doctor": "practice", "doctors": "practices", "surgery": "practice", "carer": "unpaid carers", "flat": "dwelling",
    "houses": "dwellings housing", "homes": "housing dwellings", "planning": "application",
    "buses": "public transport", "bus": "public transport", "cycle": "active travel", "cycling": "active travel",
    "walking": "active travel", "yearly": "annual", "month": "monthly", "fix": "repair", "fixed": "repaired",
    "shut": "closure close", "closed": "closure", "scrap": "cease", "scrapped": "ceased", "start": "commence",
    "begin": "commence", "police": "constabulary", "firefighters": "fire rescue", "crime": "community safety",
    "contract": "procurement award", "told": "advised informed", "worried": "concerns", "hospital": "acute",
    "overspend": "deficit pressure variance", "overspent": "deficit pressure", "underspend": "variance surplus",
    "loss": "deficit", "losses": "deficit", "profit": "surplus", "debt": "borrowing arrears",
    "debts": "borrowing arrears", "loan": "borrowing", "loans": "borrowing", "bill": "cost charge",
    "wage": "pay salary", "wages": "pay salary", "handout": "grant", "handouts": "grants", "pot": "fund",
    "fees": "charges", "pricey": "cost", "spend": "expenditure", "spending": "expenditure", "earn": "income",
    "earned": "income", "earnings": "income", "owed": "arrears", "freebie": "gifts hospitality", "rise": "increase",
    "rose": "increased", "hike": "increase", "jump": "increase", "drop": "decrease reduction",
    "dropped": "decreased reduced", "fell": "decreased reduced", "fall": "decrease reduction", "shrink": "reduce",
    "slash": "reduce reduction", "axe": "cease withdraw", "axed": "ceased withdrawn", "ditch": "cease withdraw",
    "ditched": "ceased withdrawn", "buy": "purchase acquire acquisition", "bought": "purchased acquired",
    "sell": "dispose disposal", "sold": "disposed disposal", "build": "construct construction", "built": "constructed",
    "knock": "demolish", "hire": "recruit appoint", "hired": "recruited appointed", "sack": "dismiss",
    "sacked": "dismissed", "quit": "resigned resignation", "quits": "resigns", "fill": "vacancy", "delay": "slippage",
    "delayed": "slipped deferred", "late": "overdue delayed", "speed": "accelerate", "swap": "replace",
    "run": "operate", "runs": "operates", "check": "review inspection", "checked": "inspected reviewed",
    "checks": "inspections", "join": "merge", "joined": "merged", "split": "divide", "ban": "prohibit",
    "banned": "prohibited", "allow": "permit", "let": "permit lease", "staff": "workforce employees",
    "workers": "workforce employees", "worker": "employee practitioner", "temps": "agency", "chief": "executive",
    "lawyer": "solicitor legal", "lawyers": "solicitors legal", "toddler": "early years",
    "babies": "infants early years", "baby": "infant", "mums": "mothers maternity", "pupils": "students",
    "pupil": "student", "teens": "young people", "youths": "young people", "disabled": "disability",
    "blind": "visual impairment", "deaf": "hearing impairment", "autistic": "autism neurodiverse",
    "refugees": "asylum seekers", "migrants": "asylum seekers", "travellers": "gypsy", "tenants": "housing",
    "landlords": "private rented", "neighbours": "residents", "locals": "residents", "volunteers": "voluntary",
    "charities": "voluntary sector", "charity": "voluntary", "fostering": "foster looked after",
    "orphans": "looked after", "weight": "obesity", "drugs": "substance misuse", "addicts": "substance misuse",
    "addiction": "substance misuse dependence", "drinking": "alcohol", "booze": "alcohol", "vaping": "cigarettes",
    "fags": "tobacco", "smokers": "tobacco smoking", "teeth": "dental oral", "tooth": "dental oral",
    "eyes": "ophthalmology", "skin": "dermatology", "heart": "cardiovascular cardiac", "stroke": "cerebrovascular",
    "lungs": "respiratory", "sugar": "diabetes", "pregnant": "maternity antenatal", "births": "maternity",
    "birth": "maternity", "lonely": "loneliness isolation", "depressed": "depression", "falls": "frailty",
    "beds": "capacity", "ambulance": "handover", "ambulances": "handovers", "nurses": "nursing",
    "medicine": "pharmacy prescribing", "medicines": "prescribing pharmacy", "chemist": "pharmacy",
    "chemists": "pharmacies", "covid": "coronavirus pandemic", "bug": "infection", "scan": "diagnostic imaging",
    "scans": "diagnostic imaging", "tests": "diagnostic", "queue": "waiting list", "queues": "waiting lists",
    "wait": "waiting", "discharge": "transfer", "blocking": "delayed discharge", "road": "highway carriageway",
    "roads": "highways", "pavement": "footway", "pavements": "footways", "streetlights": "lighting",
    "streetlight": "lighting", "lights": "lighting", "crash": "collision", "crashes": "collisions casualties",
    "accident": "collision", "accidents": "collisions", "lorry": "goods vehicle", "lorries": "goods vehicles",
    "train": "rail", "trains": "rail", "rubbish": "waste refuse", "litter": "street cleansing",
    "dump": "landfill waste", "dumping": "fly tipping", "sewage": "wastewater", "flooding": "flood drainage",
    "floods": "flood drainage", "trees": "woodland", "park": "open space", "parks": "open spaces",
    "playground": "play area", "playgrounds": "play areas", "gym": "leisure", "pool": "swimming leisure",
    "pools": "swimming leisure", "quarry": "mineral extraction", "quarries": "minerals", "farm": "agricultural",
    "farms": "agricultural", "shop": "retail", "shops": "retail", "pub": "licensed premises",
    "pubs": "licensed premises", "town": "centre", "nursery": "early years childcare",
    "nurseries": "early years childcare", "breakfast": "wraparound", "lunches": "meals", "dinners": "meals",
    "truancy": "absence attendance", "expelled": "permanently excluded exclusion", "dropouts": "education employment",
    "exams": "attainment", "grades": "attainment", "tutoring": "tuition", "house": "dwelling housing",
    "home": "housing dwelling", "flats": "dwellings", "eviction": "evicted homelessness", "damp": "mould",
    "heating": "energy fuel", "insulation": "retrofit energy", "solar": "renewable energy", "green": "climate carbon",
    "emissions": "carbon", "pollution": "air quality", "stabbing": "knife", "gangs": "exploitation",
    "abuse": "safeguarding", "hacked": "cyber", "hackers": "cyber", "strike": "industrial action",
    "strikes": "industrial action", "row": "dispute", "moans": "complaints", "gripes": "complaints",
    "complained": "complaints", "worries": "concerns", "plea": "request", "asks": "requests", "backing": "support",
    "backed": "supported", "back": "support", "poll": "survey election", "poor": "deprived deprivation",
    "poverty": "deprivation", "poorest": "deprived", "foodbank": "food", "foodbanks": "food", "benefits": "welfare",
    "website": "online digital", "phone": "telephone", "calls": "contacts", "emails": "electronic",
    "chat": "discussion", "talk": "presentation", "talks": "discussions presentations",
}  # fmt: skip


def expansions(question: str, acronyms: Iterable[Mapping[str, str]]) -> list[str]:
    """Words that say the same as words of the question, by the packs' own acronyms and common usage."""
    spelled = {short.upper(): long for pack in acronyms for short, long in pack.items()}
    found: list[str] = []
    plain = _plain(question)
    for token in tokens(question):
        long = spelled.get(token.upper()) if token.upper() == token or token.upper() in USUAL else None
        found += (long or USUAL.get(token.upper()) or EVERYDAY.get(token.lower()) or "").split()
    for short, long in {**USUAL, **spelled}.items():
        if " " in long and _plain(long) in plain:
            found.append(short)
    asked = set(stems(question))
    return [word for word in dict.fromkeys(found) if word.lower() not in STOPWORDS and stem(word) not in asked]


def abbreviated(question: str, acronyms: Iterable[Mapping[str, str]]) -> dict[str, frozenset[str]]:
    """The acronyms that the question has or whose name it spells out, by their stems, with the stems of the names."""
    plain, asked = _plain(question), set(tokens(question))
    spelled = {short: long for pack in acronyms for short, long in pack.items()}
    return {
        stem(short): frozenset(stems(long))
        for short, long in {**USUAL, **spelled}.items()
        if " " in long and (short in asked or _plain(long) in plain)
    }


def same_words(there: frozenset[str], short: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Stems with what they say in other words: an acronym its name, a whole name its acronym."""
    more = {key for acronym, long in short.items() if acronym in there for key in long}
    more |= {acronym for acronym, long in short.items() if long and long <= there}
    return there | more if more else there


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def corrected(words: Sequence[str], vocabulary: Sequence[str]) -> dict[str, str]:
    """For each word, unknown to the papers, the known one (stemmed) that it is most likely a misspelling of."""
    found = {}
    for word in words:
        if len(word) < LEAST_LETTERS or not word.isalpha():
            continue
        asked = word.lower()
        likely = [
            known for known in vocabulary if known[0] == asked[0] and -LONGEST_ENDING <= len(known) - len(asked) <= 3
        ]
        best = process.extractOne(stem(word), likely, scorer=fuzz.ratio, score_cutoff=LIKENESS)
        if best is None:  # a slip in the ending, which the stem of the known word has lost
            best = max(
                ((known, len(known), 0) for known in likely if len(known) >= LEAST_LETTERS and asked.startswith(known)),
                key=lambda hit: hit[1],
                default=None,
            )
        if best is not None:
            found[word] = best[0]
    return found
