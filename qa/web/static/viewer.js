// The page viewer's extras: it works without them.

const FIELDS = "input, textarea, select, button, [contenteditable]";
const KEYS = { ArrowLeft: "prev", ArrowRight: "next" };

const neighbour = (rel) => document.querySelector(`a[rel="${rel}"]`);

// The arrow keys turn pages, unless they are needed for something else: a field, a table, or a page that is magnified.
document.addEventListener("keydown", (event) => {
  const rel = KEYS[event.key];
  const modified = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
  if (!rel || modified || event.defaultPrevented || event.target.closest(`${FIELDS}, .table`)) return;
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth || (window.visualViewport?.scale ?? 1) > 1) return;
  const link = neighbour(rel);
  if (link) {
    event.preventDefault();
    link.click();
  }
});

// The first mark comes into view, but never against a reader who comes back to where they were.
const arrived = performance.getEntriesByType("navigation")[0]?.type;
const mark = document.querySelector(".marks rect");
if (mark && arrived === "navigate" && !location.hash) {
  const { top, bottom } = mark.getBoundingClientRect();
  if (top < 0 || bottom > window.innerHeight) mark.scrollIntoView({ block: "center" });
}

// The neighbours' pictures are fetched when this page's is there.
const picture = document.querySelector("#picture");
const prefetch = () => {
  for (const rel of ["next", "prev"]) {
    const link = neighbour(rel);
    if (!link) continue;
    const ahead = new Image();
    ahead.sizes = picture.sizes;
    ahead.srcset = link.dataset.srcset;
  }
};
if (document.readyState === "complete") prefetch();
else window.addEventListener("load", prefetch);
