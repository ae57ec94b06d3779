// Tells how the files of an upload stand until all are added or refused.

import { element, link } from "./elements.js";

const list = document.getElementById("upload-files");
const summary = document.getElementById("summary");
const LOOK_EACH = 1000; // milliseconds
const LOOK_AGAIN = 5000; // after the service did not answer
const shown = []; // each file as it is shown, to leave alone what has not changed

function stateOf(file) {
  const told = element("p", "file-state", file.words);
  if (file.href) told.append(": ", link(file.href, file.title));
  return told;
}

function bar(file) {
  const made = element("progress");
  made.max = 1;
  made.value = file.share;
  made.setAttribute("aria-label", file.name);
  return made;
}

function row(file) {
  const made = element("li", "", element("p", "file-name", file.name), stateOf(file));
  made.dataset.state = file.state;
  if (file.state === "reading") made.append(bar(file));
  if (file.message) made.append(element("p", "", `${file.message} ${file.hint}`));
  file.warnings.forEach((warning) => made.append(element("p", "check", warning)));
  return made;
}

function show(job) {
  job.files.forEach((file, place) => {
    const now = JSON.stringify(file);
    const old = list.children[place];
    const bar = old.querySelector("progress");
    if (bar && file.state === "reading") {
      bar.value = file.share;
      old.querySelector(".file-state").textContent = file.words;
    } else if (shown[place] !== now) {
      old.replaceWith(row(file));
    }
    shown[place] = now;
  });
  // The same words again would be told again
  if (summary.textContent !== job.words) summary.textContent = job.words;
  if (!job.done) return;
  const heading = document.getElementById("heading");
  document.title = document.title.replace(heading.textContent, job.heading);
  heading.textContent = job.heading;
  document.getElementById("meanwhile").hidden = true;
}

async function look() {
  let wait = LOOK_EACH;
  try {
    const response = await fetch(`/api/uploads/${list.dataset.upload}`);
    const answer = await response.json();
    if (response.status === 404) {
      summary.textContent = `${answer.error.message} ${answer.error.hint}`;
      return;
    }
    if (!response.ok) throw new Error(answer.error.message);
    show(answer);
    if (answer.done) return;
  } catch {
    summary.textContent = "The service does not answer just now; looking again.";
    wait = LOOK_AGAIN;
  }
  setTimeout(look, wait);
}

look();
