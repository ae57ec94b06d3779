// Asks without leaving the page and keeps the conversation, so that follow-up questions are understood.
// Builds the elements of templates/answer.html; text only ever goes in as text.
"use strict";

const MAX_TURNS = 6; // earlier turns that are sent along
const NEAREST_SHOWN = 3;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const STATUS_WORDS = {
  not_found: "The indexed packs do not answer this.",
  out_of_scope: "This is no question about the indexed packs.",
  partial: "The packs answer this only in part.",
};

const form = document.getElementById("ask");
const field = document.getElementById("question");
const button = form.querySelector("button[type=submit]");
const again = document.getElementById("again");
const conversation = document.getElementById("conversation");
let history = [];

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function link(href, text, className) {
  const made = element("a", className, text);
  made.href = href;
  return made;
}

function shortDate(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  return `${day} ${MONTHS[month - 1]} ${year}`;
}

function pageWords(place) {
  return place.page ? `page ${place.page} (PDF page ${place.pdf_page})` : `PDF page ${place.pdf_page}`;
}

function citationWords(citation) {
  const day = citation.meeting_date;
  const told = !day || (!citation.body && citation.pack_title.includes(day.slice(0, 4)));
  return [
    citation.body || citation.pack_title,
    told ? "" : shortDate(day),
    citation.item ? `item ${citation.item}` : "",
    pageWords(citation),
  ].filter(Boolean).join(", ");
}

function passageWords(passage) {
  return [passage.file, passage.item ? `item ${passage.item}` : "", pageWords(passage)].filter(Boolean).join(", ");
}

function nearest(passages) {
  const byPage = new Map();
  for (const passage of passages) {
    const page = `${passage.pack} ${passage.pdf_page}`;
    if (!byPage.has(page)) byPage.set(page, passage);
  }
  return [...byPage.values()].slice(0, NEAREST_SHOWN);
}

function answerText(answer) {
  const byNumber = new Map(answer.citations.map((citation) => [String(citation.n), citation]));
  return answer.answer.split(/(\[\d+\])/).map((part) => {
    const citation = byNumber.get(part.slice(1, -1));
    if (!citation || !/^\[\d+\]$/.test(part)) return part;
    const marker = link(citation.href, part, "marker");
    marker.title = citationWords(citation);
    return marker;
  });
}

function showAnswer(turn, answer) {
  if (answer.status in STATUS_WORDS) turn.append(element("p", "status", STATUS_WORDS[answer.status]));
  if (answer.answer) turn.append(element("p", "answer", ...answerText(answer)));
  if (answer.citations.length) {
    const list = element("ol", "citations");
    list.setAttribute("aria-label", "Where it stands");
    for (const citation of answer.citations) {
      const entry = element("li", "", link(citation.href, citationWords(citation)), element("blockquote", "", citation.quote));
      entry.value = citation.n;
      list.append(entry);
    }
    turn.append(list);
  }
  if (!answer.answered && answer.passages.length) {
    const list = element("ul", "nearest");
    for (const passage of nearest(answer.passages)) list.append(element("li", "", link(passage.href, passageWords(passage))));
    turn.append(element("p", "", "Nearest pages:"), list);
  }
  for (const note of answer.notes) turn.append(element("p", "note", note));
}

function showFailure(turn, message, hint) {
  const failure = element("p", "failure", message);
  failure.setAttribute("role", "alert");
  turn.append(failure);
  if (hint) turn.append(element("p", "note", hint));
}

function filters() {
  const chosen = new FormData(form);
  const given = ["body", "pack", "from", "to"].filter((name) => chosen.get(name));
  return Object.fromEntries(given.map((name) => [name, chosen.get(name)]));
}

async function ask(question) {
  const turn = element("article", "turn", element("h2", "asked", question));
  const waiting = element("p", "aside", "Looking through the packs …");
  turn.append(waiting);
  conversation.append(turn);
  turn.scrollIntoView({ block: "nearest" });
  button.disabled = true;
  try {
    const response = await fetch("/api/ask", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ question, history: history.slice(-MAX_TURNS), filters: filters() }),
    });
    const reply = await response.json();
    if (response.ok) {
      showAnswer(turn, reply);
      history.push({ question, answer: reply.answer });
      field.value = "";
    } else {
      showFailure(turn, reply.error.message, reply.error.hint);
    }
  } catch {
    showFailure(turn, "The service cannot be reached.", "Is it still running?");
  } finally {
    waiting.remove();
    button.disabled = false;
    again.hidden = false;
    turn.scrollIntoView({ block: "nearest" });
    field.focus();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = field.value.trim();
  if (question && !button.disabled) ask(question);
});

field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

again.addEventListener("click", () => {
  history = [];
  conversation.replaceChildren();
  again.hidden = true;
  field.focus();
});
