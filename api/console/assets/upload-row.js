// The row of one upload: what it is, how far it is, and what can be done.

import { announce, bytes, duration, word } from "./upload-words.js";

/** Which buttons a state has. */
const ACTS = {
  ready: ["dismiss"],
  queued: ["pause", "cancel"],
  starting: ["pause", "cancel"],
  sending: ["pause", "cancel"],
  waiting: ["pause", "retry", "cancel"],
  finishing: [],
  paused: ["resume", "cancel"],
  unfinished: ["cancel"],
  "signed-out": ["retry", "cancel"],
  failed: ["retry", "cancel"],
  done: ["dismiss"],
  cancelled: [],
};

/** A row in the list of uploads. */
export class Row {
  #transfer;
  #file = null;
  #timer = null;

  constructor(transfer, acts) {
    const template = document.getElementById("upload-row");
    this.element = template.content.firstElementChild.cloneNode(true);
    this.#transfer = transfer;
    this.#part("name").textContent = transfer.record.name;
    this.#part("size").textContent = bytes(transfer.record.size);
    this.#part("progress").setAttribute("aria-label", transfer.record.name);
    for (const button of this.element.querySelectorAll("[data-act]")) {
      button.addEventListener("click", () => this.#press(button, acts));
      button.setAttribute("aria-label", `${button.textContent}: ${transfer.record.name}`);
    }
    const choose = this.#part("choose").querySelector("input");
    choose.addEventListener("change", () => {
      if (choose.files[0]) acts.choose(choose.files[0]);
      choose.value = "";
    });
  }

  /** Shows the upload as it is. */
  render() {
    const { state, record, sent, note } = this.#transfer;
    this.element.dataset.state = this.#file?.state ?? state;
    this.#part("progress").value = record.size ? sent / record.size : Number(state === "done");
    this.#part("audience").textContent = record.audience ?? "";
    this.#part("status").textContent = this.statusText();
    this.#part("amount").textContent = this.#amount();
    this.#say(this.#file ? this.#reason() : word(note));
    for (const button of this.element.querySelectorAll("[data-act]")) {
      button.hidden = !this.#acts().includes(button.dataset.act);
    }
    this.#part("choose").hidden = state !== "unfinished";
    this.#part("sign-in").hidden = state !== "signed-out";
    this.#tick();
  }

  /** The state in words. */
  statusText() {
    const { state } = this.#transfer;
    if (this.#file) return word(`state-${this.#file.state}`);
    return state === "done" ? word("state-received") : word(state);
  }

  /** Shows what is said of the document. */
  showVerdict(file) {
    const isNew = file.state !== this.#file?.state;
    this.#file = file;
    this.render();
    if (isNew && file.state !== "received") {
      announce(`${word("told", { name: file.name, state: this.statusText() })}. ${this.#reason()}`);
    }
  }

  #acts() {
    const { state, file } = this.#transfer;
    const isTooLate = state === "failed" && !file;
    return isTooLate ? ["dismiss"] : ACTS[state];
  }

  #amount() {
    const { state, record, sent, speed, retryAt } = this.#transfer;
    if (state === "done" || state === "ready") return "";
    if (state === "waiting" && retryAt) {
      return word("retry-in", { time: duration((retryAt - Date.now()) / 1000) });
    }
    const rate = state === "sending" ? speed.perSecond() : 0;
    const amount = { sent: bytes(sent), size: bytes(record.size), rate: bytes(rate) };
    if (!rate) return word("amount-only", amount);
    const left = word("time-left", { time: duration((record.size - sent) / rate) });
    return `${word("amount", amount)}, ${left}`;
  }

  #reason() {
    const { rejection, processing } = this.#file;
    if (rejection) return [rejection.message, rejection.detail].filter(Boolean).join(" ");
    return this.#file.state === "failed" ? (processing?.last_error ?? "") : "";
  }

  #say(text) {
    const detail = this.#part("detail");
    detail.textContent = text;
    detail.hidden = !text;
    const link = this.#part("document");
    const { fileId } = this.#transfer;
    link.hidden = !fileId;
    if (fileId) link.href = `/documents/${fileId}`;
  }

  /** While it waits, the time until the next try is shown. */
  #tick() {
    clearTimeout(this.#timer);
    if (this.#transfer.state === "waiting" && this.element.isConnected) {
      this.#timer = setTimeout(() => this.render(), 1000);
    }
  }

  /** Presses a button; the focus goes to one that is still there. */
  #press(button, acts) {
    acts[button.dataset.act]();
    if (!button.hidden && button.isConnected) return;
    const next = this.element.isConnected ? this.element.querySelector("button:not([hidden])") : null;
    (next ?? document.getElementById("file")).focus();
  }

  #part(name) {
    return this.element.querySelector(`[data-part="${name}"]`);
  }
}
