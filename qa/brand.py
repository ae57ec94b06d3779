"""How the service shows whose it is: its name, logo and contact, and the colours that follow from its accent."""

from __future__ import annotations

import colorsys
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from PIL import Image, UnidentifiedImageError

from qa.errors import SettingsError
from qa.settings import Settings, variable

MAX_LOGO_BYTES = 100 * 1024  # it comes with every page, which is to stay below 200 KB
LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3: text, and text on buttons
STEP = 0.005  # of lightness, by which an accent is darkened or lightened
# What stands behind the accent: --paper, --ground and --shade of static/style.css
LIGHT_GROUNDS, DARK_GROUNDS = ("#ffffff", "#f5f6f8", "#e8ebef"), ("#1d2126", "#14171a", "#2b3138")
ON_LIGHT, ON_DARK = "#ffffff", "#14171a"  # text on a button of the accent in the light and in the dark scheme
PNG, SVG = "image/png", "image/svg+xml"
NAMESPACE = "{http://www.w3.org/2000/svg}"
# Elements of an SVG that run something or hold another document
ACTIVE = {"script", "foreignObject", "iframe", "embed", "object", "handler", "set", "animate"}


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture as it is served; ``kind`` is its media type, PNG or SVG."""

    content: bytes
    kind: str


@dataclass(frozen=True, slots=True)
class Brand:
    """What pages show of whose service it is; ``accent`` and ``on_accent`` are hex colours, light scheme first."""

    name: str
    contact: str
    accents: tuple[str, str]
    logo: Logo | None = None

    @property
    def has_logo(self) -> bool:
        """Whether there is a picture at /brand/logo."""
        return self.logo is not None

    @property
    def contact_href(self) -> str | None:
        """The address behind ``contact``; None where it is neither an e-mail nor a web address."""
        if self.contact.startswith(("https://", "http://")):
            return self.contact
        return f"mailto:{self.contact}" if "@" in self.contact and " " not in self.contact else None

    @property
    def stylesheet(self) -> str:
        """The CSS that gives --accent and --on-accent their values in both schemes."""
        light, dark = self.accents
        return (
            f":root {{ --accent: {light}; --on-accent: {ON_LIGHT}; }}\n"
            f"@media (prefers-color-scheme: dark) {{ :root {{ --accent: {dark}; --on-accent: {ON_DARK}; }} }}\n"
            f"@media print {{ :root {{ --accent: {light}; --on-accent: {ON_LIGHT}; }} }}\n"
        )


def brand_of(settings: Settings) -> Brand:
    """The brand that is set. Raises SettingsError for a logo that cannot be shown."""
    return Brand(
        name=settings.name,
        contact=settings.contact,
        accents=(darkened(settings.accent), lightened(settings.accent)),
        logo=_logo(settings),
    )


def luminance(colour: str) -> float:
    """The relative luminance of a hex colour as WCAG defines it, 0 to 1."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of two hex colours as WCAG defines it, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def darkened(accent: str) -> str:
    """The accent, as much darker as it must be to be read on light grounds and under ``ON_LIGHT``."""
    return _readable(accent, [*LIGHT_GROUNDS, ON_LIGHT], lambda lightness: max(0.0, lightness - STEP))


def lightened(accent: str) -> str:
    """The accent, as much lighter as it must be to be read on dark grounds and under ``ON_DARK``."""
    return _readable(accent, [*DARK_GROUNDS, ON_DARK], lambda lightness: min(1.0, lightness + STEP))


def _readable(accent: str, grounds: Sequence[str], next_lightness: Callable[[float], float]) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(accent))
    colour = accent.lower()
    while any(contrast(colour, ground) < LEAST_CONTRAST for ground in grounds):
        lightness = next_lightness(lightness)
        colour = "#" + "".join(f"{round(c * 255):02x}" for c in colorsys.hls_to_rgb(hue, lightness, saturation))
    return colour


def _channels(colour: str) -> tuple[float, float, float]:
    """Red, green and blue of a hex colour, each 0 to 1."""
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def _logo(settings: Settings) -> Logo | None:
    path = settings.logo
    if path is None:
        return None
    told = f"{variable('logo')}: {path}"
    try:
        with path.open("rb") as file:
            content = file.read(MAX_LOGO_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"{told} cannot be read: {error.strerror}.", "Name an SVG or PNG file.") from None
    if len(content) > MAX_LOGO_BYTES:
        raise SettingsError(
            f"{told} is larger than {MAX_LOGO_BYTES // 1024} KiB.", "Save it smaller: it is shown about 40 pixels high."
        )
    if content.startswith(b"\x89PNG\r\n"):
        if not _is_png(content):
            raise SettingsError(f"{told} is a damaged PNG.", "Save it anew.")
        return Logo(content, PNG)
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError):
        root = None
    if root is None or root.tag not in ("svg", NAMESPACE + "svg"):
        raise SettingsError(f"{told} is neither SVG nor PNG.", "Save the logo as SVG or PNG.")
    if fault := _fault(content, root):
        raise SettingsError(f"{told} holds {fault}.", "Export it as a plain SVG, or as PNG.")
    return Logo(content, SVG)


def _is_png(content: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            picture.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return True


def _fault(content: bytes, root: ElementTree.Element) -> str | None:
    """What an SVG holds that a picture does not need and that could run or load something; None for nothing."""
    if b"<!ENTITY" in content:
        return "entities"
    for element in root.iter():
        name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
        if name in ACTIVE:
            return f"a <{name}> element"
        for key, value in element.attrib.items():
            attribute = key.rpartition("}")[2]
            if attribute.lower().startswith("on"):
                return f"the event handler {attribute}"
            if attribute in ("href", "src") and not value.startswith(("#", "data:image/png", "data:image/jpeg")):
                return f"a link to {value[:60]}"
    return None
