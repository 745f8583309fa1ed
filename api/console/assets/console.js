// What every page of the console does with script: local times, confirmation, no form sent twice; and what the
// scripts of single pages import. Pages work without it.

const language = document.documentElement.lang || "en";

// --- Words ---------------------------------------------------------------------------------------------------
// Scripts say what the page has brought along, in the visitor's language: `<i data-key="…">` in the layout's
// `<template id="words">`, and in a page's own `<template data-words>`, which `ui.words(["key", …])` writes.
// `{name}` in such a text is filled in by `t("key", { name })`.

export function t(key, values = {}) {
  for (const words of document.querySelectorAll("template#words, template[data-words]")) {
    for (const entry of words.content.querySelectorAll("[data-key]")) {
      if (entry.dataset.key === key) {
        return entry.textContent.replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
      }
    }
  }
  return key;
}

// --- Times, counts, sizes ------------------------------------------------------------------------------------

const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const distance = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const whole = new Intl.NumberFormat(language);
const tenth = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const SIZES = ["B", "kB", "MB", "GB", "TB", "PB"];

// How far `instant` is from now, in the largest unit that fits.
function relative(instant) {
  const seconds = Math.round((instant - Date.now()) / 1000);
  const [unit, length] = STEPS.find(([, least]) => Math.abs(seconds) >= least) ?? STEPS[3];
  return distance.format(Math.trunc(seconds / length), unit);
}

function showTime(element) {
  const instant = new Date(element.dateTime);
  if (Number.isNaN(instant.getTime())) return;
  const text = "ago" in element.dataset ? relative(instant) : moment.format(instant);
  if (element.textContent !== text) element.textContent = text;
}

// Shows every time in `root` in the reader's zone; the exact instant stays in its title.
export function localise(root = document) {
  for (const element of root.querySelectorAll("time[datetime]")) showTime(element);
}

// A `<time>` for an instant of the API (RFC 3339, UTC), as the filters `|instant` and `|ago` write it.
export function timeElement(text, ago = false) {
  const element = document.createElement("time");
  element.dateTime = text;
  element.title = text.replace("T", " ").replace("Z", " UTC");
  if (ago) element.dataset.ago = "";
  showTime(element);
  return element;
}

export function count(number) {
  return whole.format(number);
}

export function size(bytes) {
  let unit = 0;
  let rest = bytes;
  while (rest >= 999.95 && unit < SIZES.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${tenth.format(rest)} ${SIZES[unit]}`;
}

// --- Requests ------------------------------------------------------------------------------------------------

// What the API answered instead of success.
export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ?? body?.title ?? `HTTP ${status}`);
    this.status = status;
    this.code = body?.code ?? "";
    this.errors = body?.errors ?? [];
  }
}

export function csrfToken() {
  return document.querySelector('meta[name="csrf"]')?.content ?? "";
}

// `fetch` with the token that shows that this page asks. Throws a Problem if the answer is one.
export async function send(url, options = {}) {
  const headers = new Headers(options.headers);
  headers.set("X-CSRF-Token", csrfToken());
  const response = await fetch(url, { credentials: "same-origin", ...options, headers });
  if (response.ok) return response;
  const body = await response.json().catch(() => null);
  throw new Problem(response.status, body);
}

// --- Live pages ----------------------------------------------------------------------------------------------

const LOST_AFTER_MS = 3000;
const LONGEST_PAUSE_MS = 30000;
const lost = new Set();

// Says in the page's live region whether a stream is lost; with several, whether any is.
function setLost(stream, isLost) {
  const before = lost.size > 0;
  if (isLost) lost.add(stream);
  else lost.delete(stream);
  const after = lost.size > 0;
  const region = document.getElementById("connection-state");
  if (!region || before === after) return;
  region.textContent = t(after ? "connection-lost" : "connection-back");
  region.classList.toggle("lost", after);
  if (!after) setTimeout(() => { if (lost.size === 0) region.textContent = ""; }, 4000);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

// Listens to server-sent events until `close()` of what is returned is called. `handlers` has a function for each
// name of an event, which gets its data (JSON, or else text) and the event. A stream that ends is opened again, after
// pauses that double; `handlers.reopened`, if there, is called when that was needed, to fetch what was missed, and
// `handlers.lost` when it takes long.
export function listen(url, handlers) {
  const stream = { source: null, timer: 0, grace: 0, pause: 1000, opened: false, closed: false };

  function failed() {
    if (!stream.grace) {
      stream.grace = setTimeout(() => {
        setLost(stream, true);
        handlers.lost?.();
      }, LOST_AFTER_MS);
    }
    // The browser opens it again by itself unless the server has refused it.
    if (stream.source.readyState !== EventSource.CLOSED) return;
    stream.timer = setTimeout(open, stream.pause * (0.5 + Math.random() / 2));
    stream.pause = Math.min(stream.pause * 2, LONGEST_PAUSE_MS);
  }

  function opened() {
    clearTimeout(stream.grace);
    const again = stream.opened;
    Object.assign(stream, { grace: 0, pause: 1000, opened: true });
    setLost(stream, false);
    if (again) handlers.reopened?.();
  }

  function open() {
    if (stream.closed) return;
    stream.source?.close();
    stream.source = new EventSource(url);
    stream.source.addEventListener("open", opened);
    stream.source.addEventListener("error", failed);
    for (const [name, handle] of Object.entries(handlers)) {
      if (name === "reopened" || name === "lost") continue;
      stream.source.addEventListener(name, (event) => handle(parsed(event.data), event));
    }
  }

  function pause() {
    clearTimeout(stream.timer);
    clearTimeout(stream.grace);
    stream.grace = 0;
    stream.source?.close();
    lost.delete(stream);
  }

  function resume(event) {
    if (event.persisted) open();
  }

  // A page that the browser keeps for "back" must not keep its connection.
  addEventListener("pagehide", pause);
  addEventListener("pageshow", resume);
  open();
  return {
    close() {
      stream.closed = true;
      removeEventListener("pagehide", pause);
      removeEventListener("pageshow", resume);
      pause();
    },
  };
}

// --- Confirmation --------------------------------------------------------------------------------------------

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Asks `text` in a dialog; whether it was agreed to. Escape and Cancel do not agree. The focus begins at Cancel, and
// the browser returns it to where it was.
export function confirmed(text, label = t("action-confirm"), kind = "primary") {
  const cancel = element("button", { value: "", class: "secondary", autofocus: "" }, t("action-cancel"));
  const agree = element("button", { value: "yes", class: kind }, label);
  const form = element("form", { method: "dialog" },
    element("h2", { id: "confirm-title" }, t("confirm-title")),
    element("p", { id: "confirm-text" }, text),
    element("div", { class: "actions" }, cancel, agree));
  const dialog = element("dialog",
    { "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text", class: "confirm" }, form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
  });
}

// --- Forms ---------------------------------------------------------------------------------------------------

const SENT_FOR_MS = 5000;
const agreed = new WeakSet();
const sent = new WeakMap();

async function ask(form, submitter) {
  const kind = submitter?.classList.contains("danger") ? "danger" : "primary";
  const label = submitter?.textContent.trim() || t("action-confirm");
  if (!(await confirmed(form.dataset.confirm, label, kind))) return;
  agreed.add(form);
  form.requestSubmit(submitter);
}

function release(form) {
  const submitter = sent.get(form);
  submitter?.removeAttribute("aria-disabled");
  sent.delete(form);
}

// After the handlers of single pages, which may have sent the form themselves.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const submitter = event.submitter;
  const method = submitter?.getAttribute("formmethod") ?? form.getAttribute("method");
  if (event.defaultPrevented || method?.toLowerCase() !== "post") return;
  if (form.dataset.confirm && !agreed.delete(form)) {
    event.preventDefault();
    ask(form, submitter);
    return;
  }
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.set(form, submitter);
  submitter?.setAttribute("aria-disabled", "true");
  // What is answered with a download leaves the page as it is; then the form can be sent again.
  setTimeout(() => release(form), SENT_FOR_MS);
});

addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) release(form);
});

// --- This page -----------------------------------------------------------------------------------------------

localise();
setInterval(() => document.querySelectorAll("time[data-ago]").forEach(showTime), 30000);

// That something was done is said once: not again when the page is reloaded or kept as a bookmark.
const address = new URL(location.href);
if (address.searchParams.has("done")) {
  address.searchParams.delete("done");
  history.replaceState(history.state, "", address);
}

// Who has made a mistake is taken to it.
document.getElementById("problem")?.querySelector("a[href^='#']")?.focus();
