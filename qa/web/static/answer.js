// Builds one turn of the conversation: the elements of templates/answer.html, with the same words.

import { offerCopying } from "./copy.js";
import { element, link } from "./elements.js";
import { citationWords, fullCitationWords, longDate, nearest, passageWords } from "./places.js";

export const STATUS_WORDS = {
  answered: "Answered from these papers",
  partial: "Partly answered",
  not_found: "These papers do not say",
  out_of_scope: "Outside these papers",
};

// A turn that waits for its answer.
export function asked(question, key) {
  const turn = element("article", "turn");
  const heading = element("h2", "asked", element("span", "unseen", "You asked: "), question);
  turn.id = key;
  heading.id = `${key}-asked`;
  heading.tabIndex = -1;
  turn.setAttribute("aria-labelledby", heading.id);
  turn.append(heading);
  return turn;
}

// Puts the answer into its turn; `conversation` goes on when a chip is pressed, null where nothing is kept.
export function showAnswer(turn, answer, conversation) {
  if (answer.answer_id) {
    turn.id = answer.answer_id;
    turn.querySelector(".asked").id = `${answer.answer_id}-asked`;
    turn.setAttribute("aria-labelledby", `${answer.answer_id}-asked`);
  }
  const looked = answer.looked_in;
  const where = (rescope) => again(answer.question, rescope, conversation);
  turn.append(...[
    answer.standalone_question !== answer.question && element("p", "aside", `Understood as: ${answer.standalone_question}`),
    looked && lookedIn(looked, where),
    outcome(answer, turn.id),
    ...sources(answer, turn.id),
    looked?.others.length && elsewhere(looked.others, where),
    tools(answer),
    answer.answer_id && feedback(answer.answer_id),
  ].filter(Boolean));
  offerCopying(turn);
}

export function showFailure(turn, message, hint) {
  const failure = element("div", "outcome failed", element("p", "failure", message));
  failure.setAttribute("role", "alert");
  if (hint) failure.append(element("p", "hint", hint));
  turn.append(failure);
  return failure;
}

function again(question, rescope, conversation) {
  const form = element("form", "again");
  form.action = "/";
  form.method = "post";
  const given = { q: question, conversation, ...rescope.filters, everywhere: rescope.everywhere ? "true" : "" };
  for (const [name, value] of Object.entries(given).filter(([, value]) => value)) {
    const input = element("input");
    Object.assign(input, { type: "hidden", name, value });
    form.append(input);
  }
  return form;
}

function chips(label, entries) {
  const list = element("ul", "chips", ...entries.map((entry) => element("li", "", entry)));
  list.setAttribute("aria-label", label);
  return list;
}

function lookedIn(looked, where) {
  const words = element("p", "", "Looking in: ");
  if (looked.chips.every((chip) => chip.words !== looked.words)) words.append(element("strong", "", looked.words));
  const told = element("div", "looked", words);
  const forms = looked.chips.map((chip) => {
    const cross = element("span", "cross");
    cross.setAttribute("aria-hidden", "true");
    const form = where(chip.without);
    form.append(element("button", "chip", chip.words, cross, element("span", "unseen", " – take away and ask again")));
    return form;
  });
  if (forms.length) told.append(chips("Narrowed to", forms));
  return told;
}

function elsewhere(others, where) {
  const forms = others.map((other) => {
    const form = where(other);
    form.append(element("button", "chip", other.words));
    return form;
  });
  return element("div", "looked elsewhere", element("p", "", "Look elsewhere:"), chips("Ask the same question of", forms));
}

function notes(answer) {
  if (!answer.notes.length) return [];
  const list = element("ul", "notes", ...answer.notes.map((note) => element("li", "", note)));
  list.setAttribute("aria-label", "To note");
  return [list];
}

function outcome(answer, key) {
  const status = STATUS_WORDS[answer.status];
  const made = element("div", `outcome ${answer.status}`, element("p", "status", status));
  if (answer.status !== "answered") made.append(...notes(answer));
  if (answer.answer && answer.answer !== `${status}.`) made.append(element("p", "answer", ...linkedMarkers(answer, key)));
  if (answer.status === "answered") made.append(...notes(answer));
  if (answer.decisions_href) {
    made.append(element("p", "register", link(answer.decisions_href, "Decisions on this in the register")));
  }
  return made;
}

function linkedMarkers(answer, key) {
  const byNumber = new Map(answer.citations.map((citation) => [`[${citation.n}]`, citation]));
  return answer.answer.split(/(\[\d+\])/).map((part) => {
    const citation = byNumber.get(part);
    if (!citation) return part;
    const marker = link(`#${key}-${citation.n}`, part, "marker");
    marker.title = citationWords(citation);
    return marker;
  });
}

function sources(answer, key) {
  const found = [];
  if (answer.citations.length) {
    const entries = answer.citations.map((citation) => {
      const entry = element("li", "", link(citation.href, citationWords(citation)), element("blockquote", "", citation.quote));
      entry.id = `${key}-${citation.n}`;
      entry.value = citation.n;
      entry.dataset.place = fullCitationWords(citation);
      return entry;
    });
    found.push(element("h3", "sources", "Where it stands"), element("ol", "citations", ...entries));
  }
  if (!answer.answered && answer.passages.length) {
    const pages = nearest(answer.passages).map((passage) => element("li", "", link(passage.href, passageWords(passage))));
    found.push(element("h3", "sources", "Nearest pages"), element("ul", "nearest", ...pages));
  }
  return found;
}

function tools(answer) {
  const copy = element("button", "copy quiet", "Copy with citations");
  const print = element("button", "print quiet", "Print");
  copy.type = print.type = "button";
  const made = element("div", "tools", copy, print);
  if (answer.href) made.append(link(answer.href, "Link to this answer", "permalink"));
  const by = answer.engine === "extractive"
    ? "Quotes put together, without a language model"
    : `${answer.engine.replace("llm:", "Language model ")}, each statement checked against its page`;
  const facts = element("dl", "", element("dt", "", "By"), element("dd", "", by));
  if ("total" in answer.timing_ms) {
    facts.append(element("dt", "", "Time"), element("dd", "", `${(answer.timing_ms.total / 1000).toFixed(1)} seconds`));
  }
  facts.append(element("dt", "", "Asked"), element("dd", "", longDate(new Date().toISOString())));
  made.append(element("details", "how", element("summary", "", "How this was answered"), facts));
  return made;
}

function feedback(id) {
  const made = document.getElementById("feedback").content.firstElementChild.cloneNode(true);
  for (const form of made.querySelectorAll("form")) form.action = `/answers/${id}/feedback`;
  return made;
}
