// Asks without leaving the page: shows what is being done, then the answer, and goes on with the conversation.

import { STATUS_WORDS, asked, showAnswer, showFailure } from "./answer.js";
import { element } from "./elements.js";
import { events } from "./events.js";

const MAX_TURNS = 6; // earlier turns that are sent along where the service keeps none
const SLOW_MS = 10_000;
const SLOW_WORDS = "This is taking longer than usual.";
const STAGE_WORDS = {
  searching: "Searching the packs…",
  reading: "Reading the best pages…",
  wording: "Writing…",
  checking: "Checking each quote…",
};
const FILTERS = ["body", "pack", "from", "to", "item", "kind"];
const KEYS = /\s*\[[^\]]*\]?/g; // by which the language model's draft names its evidence
const NEW = "new";

const form = document.getElementById("ask");
const field = document.getElementById("question");
const button = form.querySelector("button[type=submit]");
const stop = document.getElementById("stop");
const told = document.getElementById("told");
const conversation = document.getElementById("conversation");
const kept = form.elements.namedItem("conversation"); // null where the service keeps nothing
const service = document.title.split(" – ").pop();
let asking = null; // stops the question that is being answered
let turns = 0;

// What a form asks: a question, where to look, and whether beyond what the question names.
function wanted(sent, submitter) {
  const data = new FormData(sent, submitter);
  const given = FILTERS.filter((name) => data.get(name));
  return {
    question: data.get("q").trim(),
    filters: Object.fromEntries(given.map((name) => [name, data.get(name)])),
    everywhere: data.get("everywhere") === "true",
  };
}

// The answers on the page, for a service that does not keep them.
function history() {
  return [...conversation.querySelectorAll(".turn:has(.status)")].slice(-MAX_TURNS).map((turn) => ({
    question: turn.querySelector(".asked").lastChild.textContent,
    answer: turn.querySelector(".answer")?.textContent ?? "",
  }));
}

function request(question) {
  return fetch("/api/ask", {
    method: "POST",
    headers: { "Content-Type": "application/json", "Accept": "text/event-stream" },
    body: JSON.stringify({ ...question, ...(kept ? { conversation: kept.value } : { history: history() }) }),
    signal: asking.signal,
  });
}

// From the first kept answer on, the address is the conversation's: reloading and other tabs find it again.
function keep(id, question) {
  if (kept.value !== NEW) return;
  kept.value = id;
  window.history.replaceState(null, "", `/conversations/${id}`);
  document.title = `${question} – ${service}`;
  const tools = document.getElementById("kept");
  tools.hidden = false;
  for (const file of tools.querySelectorAll("[data-format]")) {
    file.href = `/conversations/${id}/export?format=${file.dataset.format}`;
  }
}

// What is being done, shown in the turn. Screen readers are told of the beginning, of slowness and of the end alone:
// the stages between last a moment and would be read out late, one over the other.
function progress(turn) {
  const state = element("p", "state", STAGE_WORDS.searching);
  const slow = element("p", "slow");
  const draft = element("p", "draft");
  const shown = element("div", "waiting", state, slow, draft);
  let words = "";
  turn.append(shown);
  told.textContent = STAGE_WORDS.searching;
  const timer = setTimeout(() => {
    slow.textContent = SLOW_WORDS;
    told.textContent = `${SLOW_WORDS} ${state.textContent}`;
  }, SLOW_MS);
  return {
    status: ({ stage }) => { state.textContent = STAGE_WORDS[stage]; },
    delta: ({ text }) => {
      words += text;
      draft.textContent = `Draft, not yet checked: ${words.replace(KEYS, "")}`;
    },
    end: () => {
      clearTimeout(timer);
      shown.remove();
    },
  };
}

function offerAgain(turn, block, question) {
  const again = element("button", "", "Ask again");
  again.type = "button";
  again.addEventListener("click", () => {
    if (asking) return;
    if (field.value.trim() === question.question) field.value = "";
    turn.remove();
    ask(question, field);
  });
  block.append(again);
}

// A screen reader starts to read where the focus is, so it goes to the new answer's heading: the status, the words and
// the quotes follow in their order, at the reader's pace, with nothing missed as in a live region. It stays where it
// is when somebody has gone on: typed the next question, or gone to another place of the page.
function goTo(turn, left) {
  const stayed = [left, stop, document.body].includes(document.activeElement);
  if (!stayed || field.value) return;
  turn.querySelector(".asked").focus({ preventScroll: true });
  turn.scrollIntoView({ block: "start" });
}

async function ask(question, left) {
  const turn = asked(question.question, `asked-${++turns}`);
  for (const part of document.querySelectorAll(".start")) part.remove();
  form.querySelector("label").textContent = "Your next question";
  conversation.append(turn);
  const shown = progress(turn);
  turn.scrollIntoView({ block: "start" });
  button.setAttribute("aria-disabled", "true"); // disabled it would lose the focus
  stop.hidden = false;
  asking = new AbortController();
  let answer = null;
  let failed = null;
  try {
    const response = await request(question);
    for await (const [name, data] of response.ok ? events(response) : [["error", await response.json()]]) {
      if (name === "answer") answer = data;
      if (name === "error") failed = data.error;
      shown[name]?.(data);
    }
  } catch (failure) {
    if (failure.name === "AbortError") failed = { message: "Stopped.", hint: "", again: true };
  }
  failed ??= answer ? null : {
    message: "The connection to the service was lost.",
    hint: "Check that you are online and that the service runs, then ask again.",
    again: true,
  };
  shown.end();
  if (failed) {
    const block = showFailure(turn, failed.message, failed.hint);
    if (failed.again) offerAgain(turn, block, question);
    field.value ||= question.question;
    if ([stop, document.body].includes(document.activeElement)) field.focus();
    told.textContent = "";
  } else {
    if (answer.conversation) keep(answer.conversation, question.question);
    showAnswer(turn, answer, kept?.value);
    told.textContent = `The answer is there: ${STATUS_WORDS[answer.status]}.`;
    goTo(turn, left);
  }
  stop.hidden = true;
  button.removeAttribute("aria-disabled");
  asking = null;
}

document.addEventListener("submit", (event) => {
  const sent = event.target;
  if (!sent.matches("#ask, .again, .examples")) return;
  event.preventDefault();
  const question = wanted(sent, event.submitter);
  if (!question.question || asking) return;
  if (sent === form) field.value = "";
  // On a phone the keyboard would cover the answer.
  if (matchMedia("(pointer: coarse)").matches) field.blur();
  ask(question, document.activeElement);
});

field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

stop.addEventListener("click", () => asking?.abort());
