// Copies an answer with its citations, as plain text and formatted for Word, and prints an answer or all of them.
// Works on the elements of a turn, whether the server or answer.js made them.

import { element, link } from "./elements.js";

const COPIED_SHOWN_MS = 3000;

// Shows the buttons that need a script.
export function offerCopying(root) {
  for (const button of root.querySelectorAll("button.copy, button.print")) button.hidden = false;
  for (const permanent of root.querySelectorAll(".permalink")) permanent.dataset.address = permanent.href; // for print
}

function words(turn, selector) {
  return turn.querySelector(selector)?.textContent.trim() ?? "";
}

// What is copied of a turn.
function contents(turn) {
  const heading = turn.querySelector(".asked");
  return {
    question: heading.lastChild.textContent.trim(),
    status: words(turn, ".status"),
    answer: words(turn, ".answer"),
    notes: [...turn.querySelectorAll(".notes li")].map((note) => note.textContent.trim()),
    citations: [...turn.querySelectorAll(".citations li")].map((entry) => ({
      number: `[${entry.value}]`,
      place: entry.dataset.place,
      href: entry.querySelector("a").href,
      quote: words(entry, "blockquote"),
    })),
    href: turn.querySelector(".permalink")?.href,
  };
}

function plain({ question, status, answer, notes, citations, href }) {
  return [
    question,
    [status, answer].filter(Boolean).join("\n\n"),
    notes.map((note) => `Note: ${note}`).join("\n"),
    ...citations.map((one) => `${one.number} ${one.place}\n“${one.quote}”\n${one.href}`),
    href ? `This answer: ${href}` : "",
  ].filter(Boolean).join("\n\n") + "\n";
}

function formatted({ question, status, answer, notes, citations, href }) {
  const text = element("div", "", element("h2", "", question), element("p", "", element("strong", "", status)));
  for (const line of answer.split("\n").filter(Boolean)) text.append(element("p", "", line));
  for (const note of notes) text.append(element("p", "", element("em", "", `Note: ${note}`)));
  for (const one of citations) {
    text.append(element("p", "", `${one.number} `, link(one.href, one.place), element("br"), `“${one.quote}”`));
  }
  if (href) text.append(element("p", "", "This answer: ", link(href, href)));
  return text.outerHTML;
}

// The clipboard of the browser is open to pages served by HTTPS or from this machine; elsewhere the copy command is.
async function put(text, html) {
  if (navigator.clipboard?.write) {
    const of = (content, type) => new Blob([content], { type });
    const item = new ClipboardItem({ "text/plain": of(text, "text/plain"), "text/html": of(html, "text/html") });
    await navigator.clipboard.write([item]);
    return;
  }
  const fill = (event) => {
    event.preventDefault();
    event.clipboardData.setData("text/plain", text);
    event.clipboardData.setData("text/html", html);
  };
  document.addEventListener("copy", fill, { once: true });
  if (!document.execCommand("copy")) throw new Error("the browser refuses to copy");
}

async function copy(button) {
  const told = contents(button.closest(".turn"));
  const label = button.textContent;
  try {
    await put(plain(told), formatted(told));
    button.textContent = "Copied";
  } catch {
    button.textContent = "Your browser does not allow copying";
  }
  document.getElementById("told").textContent = button.textContent;
  setTimeout(() => { button.textContent = label; }, COPIED_SHOWN_MS);
}

function print(button) {
  const turn = button.closest(".turn"); // null prints all
  turn?.classList.add("alone");
  window.addEventListener("afterprint", () => turn?.classList.remove("alone"), { once: true });
  window.print();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.matches(".copy")) copy(button);
  if (button?.matches(".print")) print(button);
});
offerCopying(document);
