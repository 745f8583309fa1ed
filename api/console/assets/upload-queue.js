// All uploads of the page: two at a time, the others wait.

import { Row } from "./upload-row.js";
import { Transfer } from "./upload-transfer.js";
import { fingerprintOf, isSame } from "./upload-memory.js";
import { follow } from "./upload-verdict.js";
import { announce, word } from "./upload-words.js";

const AT_ONCE = 2;
const RUNNING = new Set(["starting", "sending", "waiting", "finishing"]);
const TOLD = new Set(["waiting", "failed", "signed-out", "done", "unfinished"]);

/** The list of uploads. */
export class Queue {
  #transfers = [];
  #rows = new Map();
  #states = new Map();
  #memory;
  #mostBytes;
  #list = document.getElementById("upload-list");

  constructor(memory, mostBytes) {
    this.#memory = memory;
    this.#mostBytes = mostBytes;
  }

  /** Shows what an earlier visit of the page left unfinished, and asks the server how far it is. */
  restore() {
    for (const record of this.#memory.list()) this.#show(null, record).look();
  }

  /** Takes files that were chosen or dropped. One that is unfinished goes on. */
  async add(files) {
    for (const file of files) {
      const print = await fingerprintOf(file);
      const unfinished = this.#transfers.find((it) => it.state === "unfinished" && isSame(it.record, print));
      if (unfinished) this.#goOn(unfinished, file);
      else this.#addNew(file, print);
    }
  }

  /** How many files wait to be sent. */
  ready() {
    return this.#transfers.filter((it) => it.state === "ready").length;
  }

  /** Sends all files that wait for it, for this audience. */
  start({ metadata, text }) {
    for (const transfer of this.#transfers.filter((it) => it.state === "ready")) {
      const { record } = transfer;
      record.metadata = { filename: record.name, ...metadata };
      record.audience = text;
      transfer.set("queued");
    }
    this.#pump();
  }

  #addNew(file, print) {
    const transfer = this.#show(file, { key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, url: null, ...print });
    if (file.size <= this.#mostBytes) return;
    transfer.file = null;
    transfer.set("failed", "too-large");
  }

  #show(file, record) {
    const transfer = new Transfer(file, record, this.#memory, (it) => this.#changed(it));
    const row = new Row(transfer, {
      pause: () => transfer.pause(),
      resume: () => this.#again(transfer),
      retry: () => this.#again(transfer),
      cancel: () => this.#cancel(transfer),
      dismiss: () => this.#remove(transfer),
      choose: (chosen) => this.#choose(transfer, chosen),
    });
    this.#transfers.push(transfer);
    this.#rows.set(transfer, row);
    this.#list.append(row.element);
    this.#list.closest("section").hidden = false;
    row.render();
    return transfer;
  }

  #again(transfer) {
    transfer.queue();
    this.#pump();
  }

  #goOn(transfer, file) {
    transfer.file = file;
    this.#again(transfer);
  }

  async #choose(transfer, file) {
    if (isSame(transfer.record, await fingerprintOf(file))) this.#goOn(transfer, file);
    else transfer.set("unfinished", "other-file");
  }

  async #cancel(transfer) {
    await transfer.cancel();
    this.#remove(transfer);
  }

  #remove(transfer) {
    this.#memory.forget(transfer.record.key);
    this.#transfers = this.#transfers.filter((it) => it !== transfer);
    this.#rows.get(transfer)?.element.remove();
    this.#rows.delete(transfer);
    this.#list.closest("section").hidden = this.#transfers.length === 0;
  }

  #pump() {
    const running = this.#transfers.filter((it) => RUNNING.has(it.state)).length;
    const next = this.#transfers.filter((it) => it.state === "queued").slice(0, Math.max(0, AT_ONCE - running));
    for (const transfer of next) transfer.run().then(() => this.#pump());
  }

  #changed(transfer) {
    const row = this.#rows.get(transfer);
    row?.render();
    if (this.#states.get(transfer) === transfer.state) return;
    this.#states.set(transfer, transfer.state);
    if (TOLD.has(transfer.state)) announce(word("told", { name: transfer.record.name, state: row?.statusText() ?? "" }));
    if (transfer.state === "done") follow(transfer.fileId, (file) => row?.showVerdict(file));
    if (!RUNNING.has(transfer.state)) queueMicrotask(() => this.#pump());
  }
}
