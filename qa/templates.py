"""The HTML templates: everything put into them is escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from qa.model import Citation
from qa.places import citation_words, nearest, page_words, passage_words, short_date

WEB = Path(__file__).parent / "web"
MARKER = re.compile(r"\[(\d+)\]")


def linked_markers(answer: str, citations: Sequence[Citation]) -> Markup:
    """The answer escaped, with each marker [n] that names a citation linked to the cited page."""
    by_number = {str(citation.n): citation for citation in citations}
    parts = MARKER.split(answer)  # text, number, text, number, …
    html = Markup()
    for text, number in zip(parts[::2], [*parts[1::2], None], strict=True):
        html += escape(text)
        citation = by_number.get(number or "")
        if citation:
            html += Markup('<a class="marker" href="{}" title="{}">[{}]</a>').format(
                citation.href, citation_words(citation), number
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
    nearest=nearest,
    page_words=page_words,
    passage_words=passage_words,
    short_date=short_date,
)


def render(template: str, **context: object) -> str:
    """The HTML of ``template`` (a file of ``web/templates``) filled with ``context``."""
    return _environment.get_template(template).render(**context)
