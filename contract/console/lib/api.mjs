// The HTTP API, for what a test needs and does not show.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { eventually } from "./eventually.mjs";
import { setting } from "./setting.mjs";

const API = setting("API_URL");

/** The bytes of a document in `fixtures/`. */
export function fixture(name) {
  return readFile(fixturePath(name));
}

/** Where a document of `fixtures/` is. */
export function fixturePath(name) {
  return new URL(`../../../fixtures/${name}`, import.meta.url).pathname;
}

/** Somebody who uses the API. */
export class Caller {
  #token;

  static async signedIn({ email, password }) {
    const caller = new Caller();
    const { access_token } = await caller.post("/v1/auth/login", { email, password });
    caller.#token = access_token;
    return caller;
  }

  get(path) {
    return this.#send("GET", path);
  }

  post(path, body) {
    return this.#send("POST", path, body);
  }

  put(path, body) {
    return this.#send("PUT", path, body);
  }

  delete(path) {
    return this.#send("DELETE", path);
  }

  /** Uploads a document of `fixtures/` for these recipients; its id. */
  async upload(name, recipients) {
    const form = new FormData();
    for (const recipient of recipients) form.append("recipients", recipient);
    form.append("file", new Blob([await fixture(name)]), name);
    const { id } = await this.#send("POST", "/v1/files", form);
    return id;
  }

  /** Replaces a document by one of `fixtures/`. */
  async replace(id, name) {
    const type = "application/octet-stream";
    return this.#send("PUT", `/v1/files/${id}/content`, new Blob([await fixture(name)], { type }));
  }

  /** The document once it is in this state. */
  async fileInState(id, state) {
    return eventually(`${id} is ${state}`, async () => {
      const file = await this.get(`/v1/files/${id}`);
      return file.state === state && file;
    });
  }

  async #send(method, path, body) {
    const headers = {};
    const isPlain = body !== undefined && !(body instanceof FormData) && !(body instanceof Blob);
    if (isPlain) headers["Content-Type"] = "application/json";
    if (this.#token) headers.Authorization = `Bearer ${this.#token}`;
    const answer = await fetch(API + path, { method, headers, body: isPlain ? JSON.stringify(body) : body });
    const text = await answer.text();
    assert(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
}
