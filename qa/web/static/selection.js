// Selecting the words on a page's picture by mouse. A browser by itself selects all from the page's start as soon as the
// pointer leaves the letters; here the selection ends at the letter nearest to it.

const sheet = document.querySelector(".sheet");
const runs = [...sheet.querySelectorAll(".words text")];
const LINES_FIRST = 10; // how much more it weighs to be beside a line than near its end

let start = null;
let pointer = null;

function distance(run, { clientX, clientY }) {
  const { left, right, top, bottom } = run.getBoundingClientRect();
  const across = Math.max(left - clientX, 0, clientX - right);
  const down = Math.max(top - clientY, 0, clientY - bottom);
  return across + LINES_FIRST * down;
}

// The place between two letters that is nearest to the pointer: a text node and an offset in it.
function nearest(at) {
  let run = runs[0];
  let least = Infinity;
  for (const one of runs) {
    const far = distance(one, at);
    if (far < least) [run, least] = [one, far];
  }
  const { left, width } = run.getBoundingClientRect();
  const extent = run.getBBox();
  const x = extent.x + ((at.clientX - left) / width) * extent.width;
  const letters = run.getNumberOfChars();
  let offset = 0;
  while (offset < letters) {
    const letter = run.getExtentOfChar(offset);
    if (letter.x + letter.width / 2 > x) break;
    offset += 1;
  }
  return [run.firstChild, offset];
}

function settle() {
  if (!start || !pointer) return;
  const end = nearest(pointer);
  const selection = getSelection();
  const now = [selection.anchorNode, selection.anchorOffset, selection.focusNode, selection.focusOffset];
  const wanted = [...start, ...end];
  if (now.some((part, place) => part !== wanted[place])) selection.setBaseAndExtent(...wanted);
}

if (runs.length) {
  sheet.addEventListener("mousedown", (event) => {
    // A second click selects a word, and a click with Shift goes on from before: the browser does both well
    const plain = event.button === 0 && event.detail === 1 && !event.shiftKey;
    start = plain ? nearest(event) : null;
    pointer = null;
  });
  // Else the browser takes the pull for one at the picture, or at the words just selected
  sheet.addEventListener("dragstart", (event) => {
    if (start) event.preventDefault();
  });
  document.addEventListener("mousemove", (event) => {
    if (!(event.buttons & 1)) start = null;
    pointer = event;
    settle();
  });
  document.addEventListener("selectionchange", settle);
  document.addEventListener("mouseup", (event) => {
    if (pointer) pointer = event; // no pointer: it was not moved, a click that selects nothing
    settle();
    start = null;
  });
}
