// Waiting for what workers bring about.

import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 30_000;
const PAUSE_MS = 50;

/** What `look` finds, asked again until it finds something. */
export async function eventually(what, look, patienceMs = PATIENCE_MS) {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(PAUSE_MS);
  }
  throw new Error(`not within ${patienceMs} ms: ${what}`);
}
