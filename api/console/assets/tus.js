// Resumable uploads by tus 1.0.0 (https://tus.io/protocols/resumable-upload): one request each.

const PLACE = "/console/uploads";

/** How many bytes a request brings. */
export const PIECE_BYTES = 8 * 1024 * 1024;

/** An answer that is no success; status 0 when there was none. */
export class Refused extends Error {
  constructor(status, { retryAfter = null, detail = "" } = {}) {
    super(`status ${status}`);
    this.status = status;
    /** In milliseconds, where the server says so. */
    this.retryAfter = retryAfter;
    /** What to do next, as the server says it. */
    this.detail = detail;
  }
}

/** Begins an upload of `size` bytes; where it is from now on. */
export async function begin(size, metadata, signal) {
  const headers = { "Upload-Length": String(size), "Upload-Metadata": encode(metadata) };
  const answer = await request("POST", PLACE, { headers, signal });
  const id = answer.getResponseHeader("Location").split("/").pop();
  return { url: `${PLACE}/${id}`, ...progressOf(answer) };
}

/** Where an upload is. */
export async function ask(url, signal) {
  return progressOf(await request("HEAD", url, { signal }));
}

/** Adds `piece`, a Blob, at `offset`. */
export async function append(url, offset, piece, { signal, onProgress }) {
  const headers = { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
  const checksum = await sha256(piece);
  if (checksum) headers["Upload-Checksum"] = `sha256 ${base64(checksum)}`;
  signal.throwIfAborted();
  return progressOf(await request("PATCH", url, { headers, body: piece, signal, onProgress }));
}

/** Ends an upload; its bytes are removed. */
export async function end(url) {
  await request("DELETE", url, {});
}

/** The SHA-256 of a Blob; nothing where the browser computes none, which is on pages without https. */
export async function sha256(blob) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return new Uint8Array(digest);
}

/** Bytes in base64. */
export function base64(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function encode(metadata) {
  const pairs = Object.entries(metadata);
  return pairs.map(([key, value]) => `${key} ${base64(new TextEncoder().encode(value))}`).join(",");
}

function progressOf(answer) {
  return {
    offset: Number(answer.getResponseHeader("Upload-Offset")),
    fileId: answer.getResponseHeader("Dossier-File"),
  };
}

/** One request. XMLHttpRequest, because `fetch` does not tell how much was sent. */
function request(method, url, { headers = {}, body = null, signal, onProgress }) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const xhr = new XMLHttpRequest();
    const stop = () => {
      xhr.abort();
      reject(signal.reason);
    };
    xhr.open(method, url);
    xhr.setRequestHeader("Tus-Resumable", "1.0.0");
    xhr.setRequestHeader("X-CSRF-Token", document.querySelector("meta[name=csrf]").content);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    if (onProgress) xhr.upload.onprogress = (event) => onProgress(event.loaded);
    xhr.onload = () => (statusOf(xhr, url) < 300 ? resolve(xhr) : reject(refusalOf(xhr, url)));
    xhr.onerror = () => reject(new Refused(0));
    xhr.onloadend = () => signal?.removeEventListener("abort", stop);
    signal?.addEventListener("abort", stop);
    xhr.send(body);
  });
}

/** The status. Whoever is signed out is sent to another page, and the browser follows. */
function statusOf(xhr, url) {
  const path = new URL(xhr.responseURL || url, location.href).pathname;
  return path === url ? xhr.status : 401;
}

function refusalOf(xhr, url) {
  const seconds = Number.parseInt(xhr.getResponseHeader("Retry-After"), 10);
  const retryAfter = Number.isNaN(seconds) ? null : seconds * 1000;
  const isProblem = xhr.getResponseHeader("Content-Type")?.startsWith("application/problem+json");
  let detail = "";
  try {
    if (isProblem) {
      const problem = JSON.parse(xhr.responseText);
      detail = problem.errors?.map((error) => error.message).join(" ") || problem.detail;
    }
  } catch {
    // A body that broke off says nothing.
  }
  return new Refused(statusOf(xhr, url), { retryAfter, detail });
}
