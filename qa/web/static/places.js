// Puts places in packs into words as qa/places.py does.

const MONTHS = [
  "January", "February", "March", "April", "May", "June",
  "July", "August", "September", "October", "November", "December",
];
const NEAREST_SHOWN = 3;
const SHARED = new Set("Council Borough County City District Town Parish NHS Trust Board Committee and of the".split(" "));

// "22 March 2023" of an ISO date or time; empty for null.
export function longDate(iso) {
  if (!iso) return "";
  const [year, month, day] = iso.slice(0, 10).split("-").map(Number);
  return `${day} ${MONTHS[month - 1]} ${year}`;
}

function pageWords(place) {
  return place.page ? `page ${place.page} (PDF page ${place.pdf_page})` : `PDF page ${place.pdf_page}`;
}

function meeting(citation) {
  const day = citation.meeting_date;
  const told = !day || (!citation.body && citation.pack_title.includes(day.slice(0, 4)));
  return [bodyWords(citation.body, citation.council) || citation.pack_title, told ? "" : longDate(day)];
}

function bodyWords(body, council) {
  const own = (body || "").split(/\s+/);
  const told = !body || !council || council.split(/\s+/).some((word) => !SHARED.has(word) && own.includes(word));
  return told ? body : `${council} ${body}`;
}

function itemWords(place) {
  return place.item ? `item ${place.item}` : "";
}

// "p. 12 · item 3 Life Rooms · Halton HWB 22 March 2023"
export function citationWords(citation) {
  return [
    citation.page ? `p. ${citation.page}` : `PDF page ${citation.pdf_page} (no agenda page number)`,
    `${itemWords(citation)} ${citation.item_title || ""}`.trim(),
    meeting(citation).join(" ").trim(),
  ].filter(Boolean).join(" · ");
}

// "Halton HWB, 22 March 2023, item 3, page 12 (PDF page 14)"
export function fullCitationWords(citation) {
  return [...meeting(citation), itemWords(citation), pageWords(citation)].filter(Boolean).join(", ");
}

export function passageWords(passage) {
  return [passage.pack_title || passage.file, itemWords(passage), pageWords(passage)].filter(Boolean).join(", ");
}

// The first passage of each of the first pages of a ranking.
export function nearest(passages) {
  const byPage = new Map();
  for (const passage of passages) {
    const page = `${passage.pack} ${passage.pdf_page}`;
    if (!byPage.has(page)) byPage.set(page, passage);
  }
  return [...byPage.values()].slice(0, NEAREST_SHOWN);
}
