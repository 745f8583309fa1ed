// Uploads that are not finished, kept in the browser for as long as they take: a reload does not end them.

import { base64, sha256 } from "./tus.js";

const FIRST_BYTES = 1024 * 1024;

/** What tells a file from others: a changed one is another. */
export async function fingerprintOf(file) {
  const digest = await sha256(file.slice(0, FIRST_BYTES));
  return { name: file.name, size: file.size, lastModified: file.lastModified, digest: digest ? base64(digest) : "" };
}

/** Whether two fingerprints are of one file. */
export function isSame(one, other) {
  return ["name", "size", "lastModified", "digest"].every((key) => one[key] === other[key]);
}

/** The uploads of one person in this browser. */
export class Memory {
  #key;

  constructor(person) {
    this.#key = `dossier-uploads:${person}`;
  }

  /** All of them, the oldest first. */
  list() {
    try {
      return JSON.parse(localStorage.getItem(this.#key) ?? "[]");
    } catch {
      return [];
    }
  }

  /** Keeps `record`, in place of one with its `key`. */
  keep(record) {
    this.#write([...this.list().filter((it) => it.key !== record.key), record]);
  }

  /** Forgets the record with this `key`. */
  forget(key) {
    this.#write(this.list().filter((it) => it.key !== key));
  }

  #write(records) {
    try {
      localStorage.setItem(this.#key, JSON.stringify(records));
    } catch {
      // Without room for it, or in a private window, uploads go on until the page is left.
    }
  }
}
