"""The HTML templates: everything put into them is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from qa.brand import brand_of
from qa.model import Citation
from qa.person import ANONYMOUS
from qa.places import citation_words, full_citation_words, long_date, nearest, page_words, passage_words, short_date
from qa.settings import Settings

WEB = Path(__file__).parent / "web"
MARKER = re.compile(r"\[(\d+)\]")


def linked_markers(answer: str, citations: Sequence[Citation], turn: str) -> Markup:
    """The answer escaped, with each marker [n] that names a citation linked to it: to the element ``turn``-n."""
    by_number = {str(citation.n): citation for citation in citations}
    parts = MARKER.split(answer)  # text, number, text, number, …
    html = Markup()
    for text, number in zip(parts[::2], [*parts[1::2], None], strict=True):
        html += escape(text)
        citation = by_number.get(number or "")
        if citation:
            html += Markup('<a class="marker" href="#{}-{}" title="{}">[{}]</a>').format(
                turn, number, citation_words(citation), number
            )
        elif number:
            html += f"[{number}]"
    return html


_environment = Environment(
    loader=FileSystemLoader(WEB / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters["linked_markers"] = linked_markers
# Jinja's own "capitalize" makes the rest of the sentence lower case.
_environment.filters["capitalize_first"] = lambda text: text[:1].upper() + text[1:]
_environment.globals.update(
    citation_words=citation_words,
    full_citation_words=full_citation_words,
    long_date=long_date,
    nearest=nearest,
    page_words=page_words,
    passage_words=passage_words,
    short_date=short_date,
)


# What every page shows of the installation it belongs to; one process may serve several. By itself: nothing is set
_installation: ContextVar[Mapping[str, object]] = ContextVar(
    "installation",
    default=MappingProxyType(
        {
            "brand": brand_of(Settings.model_construct()),
            "robots": False,
            "can_upload": False,
            "person": ANONYMOUS,
            "may_sign_in": False,
        }
    ),
)


@contextmanager
def pages_show(**values: object) -> Iterator[None]:
    """Meanwhile every template has these values too: ``brand`` and ``robots`` of an installation; ``person``,
    ``may_sign_in`` and ``can_upload`` of who asks."""
    before = _installation.set({**_installation.get(), **values})
    try:
        yield
    finally:
        _installation.reset(before)


def render(template: str, **context: object) -> str:
    """The HTML of ``template`` (a file of ``web/templates``) filled with ``context`` and what ``pages_show``."""
    return _environment.get_template(template).render({**_installation.get(), **context})
