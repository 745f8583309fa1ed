// Uploads through tus-js-client and Uppy, broken off and resumed at random offsets. The one argument is how many MiB
// they upload.

import assert from "node:assert/strict";
import { createHash, randomBytes, randomInt } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Uppy from "@uppy/core";
import Tus from "@uppy/tus";
import * as tus from "tus-js-client";

const SIZE = Number(process.argv[2] ?? 80) * 1024 * 1024;
// An upload goes on for so long between two breaks, on loopback some MiB, and after each for a fiftieth longer: where
// hardly anything arrives in that time, it comes to its end all the same.
const APART_MS = [40, 160];
const PATIENCE_MS = 120_000;
const RETRY_DELAYS = [0, 100, 300, 1000, 3000];

const setting = (name) => {
  const value = process.env[name];
  assert(value, `${name} is not set`);
  return value;
};
const API = setting("API_URL");
const ENDPOINT = `${API}/v1/uploads`;

/** A session whose access token is another one after every break. */
class Session {
  static async open(email, password) {
    const session = new Session();
    session.tokens = await session.#post("/v1/auth/login", { email, password });
    return session;
  }

  async renew() {
    const { refresh_token } = this.tokens;
    this.tokens = await this.#post("/v1/auth/refresh", { refresh_token });
  }

  get authorization() {
    return `Bearer ${this.tokens.access_token}`;
  }

  async #post(path, body) {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(API + path, { method: "POST", headers, body: JSON.stringify(body) });
    assert.equal(answer.status, 200, await answer.clone().text());
    return answer.json();
  }
}

/** Breaks an upload off again and again, at places that nobody chose. */
class Breaks {
  count = 0;
  #timer;

  /** Until it is stopped: `pause`, a fresh access token, and `resume`. What fails goes to `failed`. */
  start(session, pause, resume, failed) {
    this.#timer = setTimeout(async () => {
      try {
        await pause();
        this.count += 1;
        await session.renew();
        await resume();
        this.start(session, pause, resume, failed);
      } catch (error) {
        failed(error);
      }
    }, randomInt(...APART_MS) * 1.02 ** this.count);
  }

  stop() {
    clearTimeout(this.#timer);
  }
}

async function check(what, session, id, bytes, breaks) {
  assert(id, `${what} was not told of a document`);
  assert(breaks.count > 3, `${what} was broken off ${breaks.count} times`);
  const headers = { Authorization: session.authorization };
  const answer = await fetch(`${API}/v1/files/${id}`, { headers });
  assert.equal(answer.status, 200, await answer.clone().text());
  const file = await answer.json();
  assert.equal(file.size_bytes, bytes.length);
  assert.equal(file.sha256, createHash("sha256").update(bytes).digest("hex"), what);
  assert.equal(file.name, `${what}.docx`);
  console.log(`${what} was broken off ${breaks.count} times and uploaded what it had`);
}

async function throughTusJsClient(session, path, breaks) {
  return new Promise((resolve, reject) => {
    const upload = new tus.Upload(createReadStream(path), {
      endpoint: ENDPOINT,
      retryDelays: RETRY_DELAYS,
      storeFingerprintForResuming: false,
      metadata: { filename: "tus-js-client.docx", audience: "everyone" },
      onBeforeRequest: (request) => request.setHeader("Authorization", session.authorization),
      onSuccess: ({ lastResponse }) => {
        breaks.stop();
        resolve(lastResponse.getHeader("Dossier-File"));
      },
      onError: reject,
    });
    upload.start();
    breaks.start(session, () => upload.abort(), () => upload.start(), reject);
  });
}

/** Reads what browsers have and Node's reader does not know. */
const blobReader = {
  async openFile(blob) {
    return {
      size: blob.size,
      async slice(start, end) {
        const value = Buffer.from(await blob.slice(start, end).arrayBuffer());
        value.size = value.length;
        return { value, done: end >= blob.size };
      },
      close() {},
    };
  },
};

async function throughUppy(session, bytes, breaks) {
  const uppy = new Uppy({ autoProceed: false });
  uppy.use(Tus, {
    endpoint: ENDPOINT,
    retryDelays: RETRY_DELAYS,
    storeFingerprintForResuming: false,
    fileReader: blobReader,
    onBeforeRequest: (request) => request.setHeader("Authorization", session.authorization),
  });
  const id = uppy.addFile({
    name: "uppy.docx",
    type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    data: new Blob([bytes]),
    meta: { audience: "everyone" },
  });
  const turn = () => uppy.pauseResume(id);
  const failed = new Promise((_, reject) => breaks.start(session, turn, turn, reject));
  const result = await Promise.race([uppy.upload(), failed]);
  breaks.stop();
  assert.deepEqual(result.failed, []);
  return result.successful[0].response.body.xhr.headers["dossier-file"];
}

const deadline = setTimeout(() => {
  console.error(`not within ${PATIENCE_MS} ms`);
  process.exit(1);
}, PATIENCE_MS);
const session = await Session.open(setting("OPS_EMAIL"), setting("OPS_PASSWORD"));
const bytes = randomBytes(SIZE);
const folder = await mkdtemp(join(tmpdir(), "dossier-tus-"));
try {
  const path = join(folder, "document");
  await writeFile(path, bytes);
  let breaks = new Breaks();
  let id = await throughTusJsClient(session, path, breaks);
  await check("tus-js-client", session, id, bytes, breaks);
  breaks = new Breaks();
  id = await throughUppy(session, bytes, breaks);
  await check("uppy", session, id, bytes, breaks);
} finally {
  await rm(folder, { recursive: true });
  clearTimeout(deadline);
}
