// A large upload while the API is killed twice and the page is reloaded: all bytes arrive. It is the last of the
// programs, for it leaves the stack without its API.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiProcess } from "./lib/api-process.mjs";
import { Caller } from "./lib/api.mjs";
import { withBrowser } from "./lib/browser.mjs";
import { writeLargeDocument } from "./lib/large-document.mjs";
import { IS_QUICK, login } from "./lib/setting.mjs";
import { step } from "./lib/steps.mjs";
import { Visitor } from "./lib/visitor.mjs";

const SIZE = (IS_QUICK ? 20 : 500) * 1000 * 1000;
// Workers reject what is larger than 256 MiB, after all of it has arrived.
const VERDICT = IS_QUICK ? "available" : "rejected";
// Without interruptions it takes so long, so that there is time to interrupt it.
const LEAST_SECONDS = 10;
const PATIENCE_MS = 300_000;
const ROW = "#upload-list li";
// What browsers say while the API is gone.
const EXPECTED = [/net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING|SOCKET_NOT_CONNECTED)/];

async function slowDown({ context, page }) {
  const devtools = await context.newCDPSession(page);
  const throughput = { downloadThroughput: -1, uploadThroughput: SIZE / LEAST_SECONDS };
  await devtools.send("Network.enable");
  await devtools.send("Network.emulateNetworkConditions", { offline: false, latency: 0, ...throughput });
}

/** Waits until a part of the document between these two percentages has arrived. */
async function arrivedBetween({ page }, least, most) {
  const percent = randomInt(least, most);
  const hasArrived = ([row, part]) => document.querySelector(`${row} progress`).value >= part;
  await page.waitForFunction(hasArrived, [ROW, percent / 100], { polling: "raf", timeout: PATIENCE_MS });
  return percent;
}

async function killAt(visitor, api, least, most) {
  const percent = await arrivedBetween(visitor, least, most);
  await api.kill();
  await visitor.page.waitForSelector(`${ROW}[data-state=waiting]`);
  await api.start();
  console.log(`           the API was killed at ${percent} %`);
}

async function reloadAt({ page }, path, least, most) {
  const percent = await arrivedBetween({ page }, least, most);
  await page.reload();
  await page.setInputFiles(`${ROW} [data-part=choose] input`, path);
  console.log(`           the page was reloaded at ${percent} %`);
}

async function upload(visitor, api, path) {
  const { page } = visitor;
  await page.goto("/upload");
  await page.check("[name=audience][value=everyone]");
  await page.setInputFiles("#file", path);
  await page.waitForSelector(ROW);
  await page.click("#send");
  await killAt(visitor, api, 5, 30);
  await reloadAt(visitor, path, 40, 60);
  await killAt(visitor, api, 70, 90);
  await page.waitForSelector(`${ROW}[data-state=${VERDICT}]`, { timeout: PATIENCE_MS });
  const address = await page.getAttribute(`${ROW} [data-part=document]`, "href");
  return address.split("/").at(-1);
}

const folder = await mkdtemp(join(tmpdir(), "dossier-console-"));
const api = await ApiProcess.ofStack();
try {
  const path = join(folder, "large.docx");
  const document = await writeLargeDocument(path, SIZE);
  await withBrowser(async (browser) => {
    const ops = await Visitor.of(browser, { expected: EXPECTED });
    await ops.signIn(login("OPS"));
    await slowDown(ops);
    const id = await step(`${document.size} bytes are uploaded in spite of all`, () => upload(ops, api, path));
    const caller = await Caller.signedIn(login("OPS"));
    const { sha256, size_bytes: size } = await caller.get(`/v1/files/${id}`);
    assert.deepEqual({ sha256, size }, { sha256: document.sha256, size: document.size });
    console.log(`           the same bytes arrived; the document is ${VERDICT}`);
    await ops.end();
  });
} finally {
  await api.stop();
  await rm(folder, { recursive: true });
}
