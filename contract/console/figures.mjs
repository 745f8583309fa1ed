// What pages weigh, and how long the server takes for them.

import assert from "node:assert/strict";
import { withBrowser } from "./lib/browser.mjs";
import { login } from "./lib/setting.mjs";
import { step } from "./lib/steps.mjs";
import { Visitor } from "./lib/visitor.mjs";

const MOST_BYTES = 50 * 1024;
const LOADS = 20;

/** How many bytes the first page brings over the wire to a browser that has nothing yet. */
async function bytesOfFirstPage(browser) {
  const { page, context } = await Visitor.of(browser);
  const devtools = await context.newCDPSession(page);
  let bytes = 0;
  devtools.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await devtools.send("Network.enable");
  await page.goto("/sign-in", { waitUntil: "networkidle" });
  await context.close();
  return bytes;
}

/** The median of how long the server takes until the first byte of a page, in milliseconds. */
async function serverTime({ page }, path) {
  const times = [];
  for (let load = 0; load < LOADS; load += 1) {
    await page.goto(path, { waitUntil: "commit" });
    times.push(await page.evaluate(() => {
      const [{ requestStart, responseStart }] = performance.getEntriesByType("navigation");
      return responseStart - requestStart;
    }));
  }
  return times.sort((one, other) => one - other)[LOADS / 2];
}

await withBrowser(async (browser) => {
  await step("the first page is small", async () => {
    const bytes = await bytesOfFirstPage(browser);
    console.log(`           ${bytes} bytes, at most ${MOST_BYTES}`);
    assert(bytes > 0 && bytes <= MOST_BYTES, `${bytes} bytes`);
  });
  await step(`the server's time for a page, the median of ${LOADS} loads`, async () => {
    const visitor = await Visitor.of(browser);
    console.log(`           /sign-in    ${(await serverTime(visitor, "/sign-in")).toFixed(1)} ms`);
    await visitor.signIn(login("OPS"));
    console.log(`           /documents  ${(await serverTime(visitor, "/documents")).toFixed(1)} ms`);
    await visitor.end();
  });
});
