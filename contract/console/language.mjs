// The language of pages: the browser's, until another is chosen, with script and without.

import assert from "node:assert/strict";
import { withBrowser } from "./lib/browser.mjs";
import { login } from "./lib/setting.mjs";
import { step } from "./lib/steps.mjs";
import { Visitor } from "./lib/visitor.mjs";

const HEADINGS = { en: "Documents", de: "Dokumente" };

async function isShownIn({ page }, language) {
  assert.equal(await page.getAttribute("html", "lang"), language);
  assert.equal(await page.textContent("main h1"), HEADINGS[language]);
}

async function choose({ page }, language) {
  const shown = page.waitForNavigation();
  await page.click(`form[action='/language'] button[lang=${language}]`);
  await shown;
}

async function languages(browser, hasScript) {
  const german = await Visitor.of(browser, { hasScript, locale: "de-DE" });
  await german.signIn(login("OPS"));
  await german.page.goto("/documents?state=available");
  await isShownIn(german, "de");
  await choose(german, "en");
  await isShownIn(german, "en");
  assert.match(german.page.url(), /\/documents\?state=available$/, "another page is shown");
  await german.page.goto("/documents");
  await isShownIn(german, "en");
  await choose(german, "de");
  await isShownIn(german, "de");
  await german.end();
}

await withBrowser(async (browser) => {
  await step("a visitor changes the language, with script", () => languages(browser, true));
  await step("a visitor changes the language, without script", () => languages(browser, false));
});
