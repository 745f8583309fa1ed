// A headless Chromium.

import { chromium } from "playwright-core";

const PROGRAM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Calls `run` with a browser, and ends it afterwards. */
export async function withBrowser(run) {
  // Root may not use Chromium's sandbox, and the pages are our own.
  const browser = await chromium.launch({ executablePath: PROGRAM, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    return await run(browser);
  } finally {
    await browser.close();
  }
}
