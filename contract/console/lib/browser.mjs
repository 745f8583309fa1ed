// A headless Chromium.

import { chromium } from "playwright-core";
import { setting } from "./setting.mjs";

/** Calls `run` with a browser, and ends it afterwards. */
export async function withBrowser(run) {
  // Root may not use Chromium's sandbox, and the pages are our own.
  const args = ["--no-sandbox", "--disable-gpu"];
  const browser = await chromium.launch({ executablePath: setting("CHROMIUM"), args });
  try {
    return await run(browser);
  } finally {
    await browser.close();
  }
}
