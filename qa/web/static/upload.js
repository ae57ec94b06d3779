// Takes dropped files, tells of those that cannot be sent before they are, and shows how far the sending is.

import { element } from "./elements.js";

const form = document.getElementById("upload");
const field = document.getElementById("files");
const drop = document.getElementById("drop");
const chosen = document.getElementById("chosen");
const problem = document.getElementById("problem");
const told = document.getElementById("told");
const sending = document.getElementById("sending");
const sent = document.getElementById("sent");
const sendingTold = document.getElementById("sending-told");
const submit = form.querySelector("button[type=submit]");
const cancel = document.getElementById("cancel");
const mostFiles = Number(form.dataset.mostFiles);
const mostBytes = Number(form.dataset.mostBytes);
const TOLD_EACH = 25; // per cent, between two tellings of a screen reader

function size(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function fail(message, hint) {
  problem.replaceChildren(element("p", "failure", message));
  if (hint) problem.append(element("p", "", hint));
  problem.scrollIntoView({ block: "nearest" });
}

// Why a file is not sent; "" for one that can be
function fault(file, place) {
  if (place >= mostFiles) return `Not sent: only ${mostFiles} files go at once.`;
  if (file.size > mostBytes) return `Not sent: larger than ${mostBytes / 1024 / 1024} MB.`;
  if (file.size === 0) return "Not sent: the file is empty.";
  return "";
}

function showChosen() {
  problem.replaceChildren();
  const files = [...field.files];
  chosen.replaceChildren(
    ...files.map((file, place) => {
      const row = element("li", "", `${file.name} (${size(file.size)})`);
      const why = fault(file, place);
      if (why) row.append(element("p", "failure", why));
      return row;
    }),
  );
  chosen.hidden = !files.length;
  const faults = files.filter((file, place) => fault(file, place)).length;
  told.textContent = `${files.length} chosen${faults ? `, ${faults} of them cannot be sent` : ""}.`;
}

function take(event) {
  event.preventDefault();
  drop.classList.remove("over");
  if (sending.hidden === false) return;
  const items = [...event.dataTransfer.items];
  const files = new DataTransfer();
  let folders = 0;
  items.forEach((item) => {
    if (item.kind !== "file") return;
    const file = item.getAsFile();
    if (item.webkitGetAsEntry?.()?.isDirectory) folders += 1;
    else if (file) files.items.add(file);
  });
  field.files = files.files;
  showChosen();
  if (folders) fail("Folders cannot be dropped here.", "Open the folder, mark the PDFs in it, and drop these.");
}

function hold(busy) {
  sending.hidden = !busy;
  cancel.hidden = !busy;
  submit.disabled = busy;
  field.disabled = busy;
}

function progressed(event) {
  if (!event.lengthComputable) return;
  const share = event.loaded / event.total;
  const before = Math.floor((sent.value * 100) / TOLD_EACH);
  sent.value = share;
  sendingTold.textContent =
    share < 1 ? `Sending: ${size(event.loaded)} of ${size(event.total)}` : "Sent; waiting for the service …";
  if (Math.floor((share * 100) / TOLD_EACH) > before) told.textContent = `${Math.round(share * 100)} % sent.`;
}

function send(event) {
  const files = [...field.files];
  const good = files.filter((file, place) => !fault(file, place));
  if (!files.length) return; // the browser says so by itself
  event.preventDefault();
  if (!good.length) {
    fail("None of these files can be sent.", "What is wrong with each stands beside it.");
    return;
  }
  const body = new FormData();
  // Before the files, so that it is known when they come
  if (form.elements.replace.checked) body.append("replace", "true");
  good.forEach((file) => body.append("files", file));
  problem.replaceChildren();
  const request = new XMLHttpRequest();
  const refused = (message, hint) => {
    hold(false);
    told.textContent = "";
    submit.focus(); // it was on Cancel, which is gone
    fail(message, hint);
  };
  request.upload.addEventListener("progress", progressed);
  request.addEventListener("load", () => {
    const answer = request.response;
    if (request.status === 202) window.location.assign(answer.href);
    else refused(answer?.error?.message ?? "The service did not take the files.", answer?.error?.hint ?? "");
  });
  request.addEventListener("error", () =>
    refused("The connection to the service broke off.", "Check that the files still lie where they were, and try again."),
  );
  request.addEventListener("abort", () => refused("Cancelled: nothing was added.", ""));
  request.open("POST", "/api/uploads");
  request.responseType = "json";
  cancel.onclick = () => request.abort();
  sent.value = 0;
  sendingTold.textContent = "Sending …";
  told.textContent = "Sending.";
  hold(true);
  cancel.focus();
  sending.scrollIntoView({ block: "nearest" });
  request.send(body);
}

document.getElementById("drop-told").hidden = !window.matchMedia("(hover: hover)").matches; // nothing is dropped on a phone
field.addEventListener("change", showChosen);
form.addEventListener("submit", send);
// Beside the frame too: the browser would leave the page for a PDF that is dropped there
window.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
window.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) drop.classList.remove("over");
});
window.addEventListener("drop", take);
// Back from the next page, the browser may show this one as it was left
window.addEventListener("pageshow", () => hold(false));
