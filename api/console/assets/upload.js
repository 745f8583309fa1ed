// The upload page: files are dropped or chosen, sent in pieces, and followed until there is a verdict.

import { Audience, AudienceFault } from "./upload-audience.js";
import { Memory } from "./upload-memory.js";
import { Queue } from "./upload-queue.js";
import { announce, word } from "./upload-words.js";

const form = document.getElementById("upload");
const input = document.getElementById("file");
const zone = document.getElementById("drop-zone");
const expiry = document.getElementById("expires_at");
const queue = new Queue(new Memory(form.dataset.caller), Number(form.dataset.mostBytes));
const audience = new Audience(form);

function prepare() {
  form.noValidate = true;
  input.multiple = true;
  input.required = false;
  zone.textContent = zone.dataset.drop;
  const hint = document.getElementById("expires_at-hint");
  hint.textContent = hint.dataset.local;
}

/** What an upload says of until when the document is visible: the field has the time of the reader's zone. */
function expiryOf() {
  return expiry.value ? { expires_at: new Date(expiry.value).toISOString() } : {};
}

async function send(event) {
  event.preventDefault();
  audience.show("");
  if (queue.ready() === 0) {
    announce(word("no-files"));
    input.setCustomValidity(word("no-files"));
    input.reportValidity();
    return;
  }
  try {
    const { metadata, text } = await audience.read();
    queue.start({ metadata: { ...metadata, ...expiryOf() }, text });
  } catch (error) {
    if (!(error instanceof AudienceFault)) throw error;
    audience.show(error.message);
  }
}

function take(files) {
  input.setCustomValidity("");
  queue.add([...files]);
}

function drag(event) {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  zone.classList.toggle("is-over", event.type === "dragover");
  if (event.type === "drop") take(event.dataTransfer.files);
}

prepare();
form.addEventListener("submit", send);
input.addEventListener("change", () => {
  take(input.files);
  input.value = "";
});
// Anywhere on the page: a file dropped beside the area would replace the page.
for (const type of ["dragover", "drop"]) document.addEventListener(type, drag);
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) zone.classList.remove("is-over");
});
queue.restore();
