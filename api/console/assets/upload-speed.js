// How fast an upload is, over the last seconds.

const WINDOW_MS = 8000;

/** The speed of one upload. */
export class Speed {
  #points = [];

  /** So many bytes are sent in all, now. */
  add(sent) {
    const now = performance.now();
    this.#points.push({ now, sent });
    while (this.#points.length > 2 && now - this.#points[0].now > WINDOW_MS) this.#points.shift();
  }

  /** Bytes in a second; 0 while that is not known. */
  perSecond() {
    const [first, last] = [this.#points[0], this.#points.at(-1)];
    const elapsed = first ? last.now - first.now : 0;
    return elapsed > 500 ? Math.max(0, ((last.sent - first.sent) * 1000) / elapsed) : 0;
  }
}
