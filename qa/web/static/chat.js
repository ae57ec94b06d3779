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

const STAGE_WORDS = {
  searching: "Looking through the packs …",
  reading: "Reading the best pages …",
  wording: "The language model is writing …",
  checking: "Checking each statement against its page …",
};
const KEYS = /\s*\[[^\]]*\]?/g; // by which the language model's draft names its evidence

const form = document.getElementById("ask");
const field = document.getElementById("question");
const button = form.querySelector("button[type=submit]");
const again = document.getElementById("again");
const stop = document.getElementById("stop");
const conversation = document.getElementById("conversation");
let history = [];
let asking = null; // stops the question that is being answered

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
  if (answer.standalone_question !== answer.question) {
    turn.append(element("p", "aside", `Understood as: ${answer.standalone_question}`));
  }
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
  if (answer.decisions_href) {
    turn.append(element("p", "note", link(answer.decisions_href, "Decisions on this in the register")));
  }
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

// Name and data of each server-sent event, as they come.
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (text + value).split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const told = /^event: (.+)\ndata: (.+)$/.exec(block);
      if (told) yield [told[1], JSON.parse(told[2])];
    }
  }
}

async function ask(question) {
  const turn = element("article", "turn", element("h2", "asked", question));
  const waiting = element("p", "aside", STAGE_WORDS.searching);
  const draft = element("p", "aside");
  draft.setAttribute("aria-live", "off"); // only the checked answer is read out
  let words = "";
  turn.append(waiting, draft);
  conversation.append(turn);
  turn.scrollIntoView({ block: "nearest" });
  button.disabled = true;
  stop.hidden = false;
  asking = new AbortController();
  try {
    const response = await fetch("/api/ask", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept": "text/event-stream" },
      body: JSON.stringify({ question, history: history.slice(-MAX_TURNS), filters: filters() }),
      signal: asking.signal,
    });
    const told = response.ok ? events(response) : [["error", await response.json()]];
    let ended = false;
    for await (const [name, data] of told) {
      ended ||= name === "answer" || name === "error";
      if (name === "status") waiting.textContent = STAGE_WORDS[data.stage];
      if (name === "delta") {
        words += data.text;
        draft.textContent = `Draft, not yet checked: ${words.replace(KEYS, "")}`;
      }
      if (name === "answer") {
        showAnswer(turn, data);
        history.push({ question, answer: data.answer });
        field.value = "";
      }
      if (name === "error") showFailure(turn, data.error.message, data.error.hint);
    }
    if (!ended) throw new Error("the connection broke off");
  } catch (failure) {
    if (failure.name === "AbortError") turn.append(element("p", "note", "Stopped."));
    else showFailure(turn, "The service cannot be reached.", "Is it still running?");
  } finally {
    waiting.remove();
    draft.remove();
    stop.hidden = true;
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

stop.addEventListener("click", () => asking.abort());

again.addEventListener("click", () => {
  history = [];
  conversation.replaceChildren();
  again.hidden = true;
  field.focus();
});
