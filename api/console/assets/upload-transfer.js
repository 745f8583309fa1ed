// One document on its way: sent in pieces, with everything that may come between.

import { MOST_FAILURES, pauseAfter, wait } from "./upload-backoff.js";
import { PIECE_BYTES, append, ask, begin, end } from "./tus.js";
import { Speed } from "./upload-speed.js";

/** Statuses after which the same is worth another try: none at all, too slow, taken by another request, busy, failed. */
const PASSING = new Set([0, 408, 409, 423, 425, 429, 460, 500, 502, 503, 504]);

/**
 * An upload. `state` is one of: ready, queued, starting, sending, waiting, paused, unfinished (its file must be chosen
 * again), signed-out, finishing, done, failed, cancelled.
 */
export class Transfer {
  state = "ready";
  sent = 0;
  fileId = null;
  /** What is to be said beside the state. */
  note = "";
  /** When it is tried again, in milliseconds since 1970. */
  retryAt = null;
  speed = new Speed();
  #control = new AbortController();
  #memory;
  #changed;

  /** `file` may be missing where `record`, what is remembered of an upload, has a `url`. */
  constructor(file, record, memory, changed) {
    this.file = file;
    this.record = record;
    this.#memory = memory;
    this.#changed = changed;
    if (!file) this.state = "unfinished";
  }

  /** Sends what is left. Does not fail: the state says what came of it. */
  async run() {
    this.#control = new AbortController();
    const { signal } = this.#control;
    let failures = 0;
    for (;;) {
      try {
        await this.#locate(signal);
        if (!this.file && !this.fileId) return this.set("unfinished");
        await this.#send(signal, () => (failures = 0));
        return this.#finish();
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        const after = this.#after(error);
        if (after.state !== "waiting") return this.set(after.state, after.note);
        if (failures === MOST_FAILURES) return this.set("failed", after.note);
        if (!(await this.#pause(error, after.note, failures, signal))) return;
      }
    }
  }

  /** Stops sending; what has arrived is kept. */
  pause() {
    this.#control.abort();
    this.set("paused");
  }

  /** Lets it wait for its turn, whatever it was doing. */
  queue() {
    this.#control.abort();
    this.set("queued");
  }

  /** Ends the upload, here and on the server. */
  async cancel() {
    this.#control.abort();
    this.#memory.forget(this.record.key);
    this.set("cancelled");
    if (!this.record.url) return;
    try {
      await end(this.record.url);
    } catch {
      // It expires by itself.
    }
  }

  /** Learns how far it is, without sending anything. */
  async look() {
    try {
      await this.#ask(this.#control.signal);
      if (this.fileId) this.#finish();
      else this.#changed(this);
    } catch (error) {
      if (error.status === 401) this.set("signed-out");
      if (error.status !== 404 && error.status !== 410) return;
      this.#forgetPlace();
      this.set("failed", "expired");
    }
  }

  /** Goes over to another state. */
  set(state, note = "") {
    this.state = state;
    this.note = note;
    if (state !== "waiting") this.retryAt = null;
    this.#changed(this);
  }

  /** Begins the upload, or asks where it is. */
  async #locate(signal) {
    this.set("starting");
    if (this.record.url) return this.#ask(signal);
    const { url, offset, fileId } = await begin(this.record.size, this.record.metadata, signal);
    this.record.url = url;
    this.#memory.keep(this.record);
    this.#arrived(offset, fileId);
  }

  async #ask(signal) {
    const { offset, fileId } = await ask(this.record.url, signal);
    this.#arrived(offset, fileId);
  }

  async #send(signal, onSuccess) {
    this.speed = new Speed();
    while (!this.fileId) {
      const from = this.sent;
      const piece = this.file.slice(from, from + PIECE_BYTES);
      this.set(piece.size > 0 ? "sending" : "finishing");
      const onProgress = (loaded) => this.#progress(from + Math.min(loaded, piece.size));
      const answer = await append(this.record.url, from, piece, { signal, onProgress });
      this.#arrived(answer.offset, answer.fileId);
      onSuccess();
    }
  }

  #arrived(offset, fileId) {
    this.sent = offset;
    this.fileId = fileId;
  }

  #progress(sent) {
    this.sent = sent;
    this.speed.add(sent);
    if (sent === this.record.size && this.state === "sending") this.set("finishing");
    this.#changed(this);
  }

  #finish() {
    this.sent = this.record.size;
    this.#memory.forget(this.record.key);
    this.set("done");
  }

  /** What to do about a failure: the state that follows, `waiting` where another try may help. */
  #after(error) {
    const { status = -1, detail = "" } = error;
    if (PASSING.has(status)) return { state: "waiting", note: status === 0 ? "offline" : detail };
    switch (status) {
      case 404:
      case 410:
        this.#forgetPlace();
        return { state: "waiting", note: "expired" };
      case 401:
        return { state: "signed-out", note: "" };
      case 403:
        return { state: "failed", note: detail || "stale-page" };
      case -1:
        // The file cannot be read any more, or has changed.
        this.file = null;
        return { state: "unfinished", note: "other-file" };
      default:
        return { state: "failed", note: detail };
    }
  }

  /** The upload is gone from the server: it begins again. */
  #forgetPlace() {
    this.record.url = null;
    this.sent = 0;
    this.#memory.forget(this.record.key);
  }

  async #pause(error, note, failures, signal) {
    // Another request was faster, or the bytes are not the next ones: asking tells.
    const isAtOnce = error.status === 409 && failures < 3;
    const milliseconds = isAtOnce ? 0 : pauseAfter(failures, error.retryAfter);
    this.retryAt = Date.now() + milliseconds;
    this.set("waiting", note);
    try {
      await wait(milliseconds, signal);
      return true;
    } catch {
      return false;
    }
  }
}
