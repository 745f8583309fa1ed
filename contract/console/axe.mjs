// Every page as every role, in both languages, light and dark, narrow and wide: axe finds nothing, nothing is wider than
// the window, and nothing moves by itself. Without --quick, pictures of all of it are in target/console-pictures.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { withBrowser } from "./lib/browser.mjs";
import { makeContent, settle } from "./lib/content.mjs";
import { pagesOf } from "./lib/pages.mjs";
import { IS_QUICK } from "./lib/setting.mjs";
import { observeShifts, shiftsOf } from "./lib/shifts.mjs";
import { step } from "./lib/steps.mjs";
import { Visitor } from "./lib/visitor.mjs";

const PICTURES = new URL("../../target/console-pictures/", import.meta.url).pathname;
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const LOCALES = { en: "en-GB", de: "de-DE" };
const NARROWEST = 320;
const HEIGHT = 900;
// What was refused, and pages that are not there, are among the pages.
const EXPECTED = [/Failed to load resource: the server responded with a status of 4\d\d/];
const ALL_LOOKS = [360, 1440].flatMap((width) => ["light", "dark"].map((scheme) => ({ width, scheme })));
const LOOKS = {
  en: IS_QUICK ? [{ width: 1440, scheme: "light" }, { width: 360, scheme: "dark" }] : ALL_LOOKS,
  de: IS_QUICK ? [{ width: 1440, scheme: "light" }] : ALL_LOOKS,
};

/** What axe finds, a line for each element. */
async function violationsOf(page) {
  await page.evaluate(() => document.querySelectorAll("details").forEach((it) => (it.open = true)));
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run({ rules: { "target-size": { enabled: true } } });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `axe ${id}: ${target.join(" ")}: ${failureSummary}`));
  });
}

/** What is wider than the narrowest window. */
async function overflowOf(page) {
  await page.setViewportSize({ width: NARROWEST, height: HEIGHT });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  return width > NARROWEST ? [`${width} pixels wide in a window of ${NARROWEST}`] : [];
}

async function look({ page }, { name, role, open }, language) {
  const found = [];
  for (const { width, scheme } of LOOKS[language]) {
    const kept = `${role}-${name}-${language}-${width}-${scheme}`;
    await page.setViewportSize({ width, height: HEIGHT });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await open(page);
    const shifts = (await shiftsOf(page)).map((shift) => `moved: ${shift}`);
    if (!IS_QUICK) await page.screenshot({ path: `${PICTURES}${kept}.png`, fullPage: true });
    for (const line of [...shifts, ...(await violationsOf(page))]) found.push(`${kept}: ${line}`);
  }
  for (const line of await overflowOf(page)) found.push(`${role}-${name}-${language}: ${line}`);
  return found;
}

/** The cookies of somebody who is signed in. */
async function cookiesOf(browser, login) {
  if (!login) return [];
  const visitor = await Visitor.of(browser);
  await visitor.signIn(login);
  const cookies = await visitor.context.cookies();
  await visitor.end();
  return cookies;
}

async function visitor(browser, cookies, language) {
  const locale = LOCALES[language];
  const visitor = await Visitor.of(browser, { expected: EXPECTED, locale, timezoneId: "Europe/Berlin" });
  await observeShifts(visitor.context);
  await visitor.context.addCookies(cookies);
  return visitor;
}

async function lookAtAll(browser, role, login, pages) {
  const found = [];
  const cookies = await cookiesOf(browser, login);
  for (const language of Object.keys(LOOKS)) {
    const looker = await visitor(browser, cookies, language);
    for (const page of pages) {
      try {
        found.push(...(await look(looker, page, language)));
      } catch (error) {
        found.push(`${role}-${page.name}-${language}: ${error.message}`);
      }
    }
    found.push(...looker.faults);
    await looker.context.close();
  }
  return found;
}

/** Calls `look` for each role, and does so for two at a time: more of them would only wait for each other. */
async function forEachRole(roles, look) {
  const waiting = [...roles];
  const found = [];
  const lane = async () => {
    while (waiting.length > 0) found.push(...(await look(waiting.shift())));
  };
  await Promise.all([lane(), lane()]);
  return found;
}

await withBrowser(async (browser) => {
  const content = await step("documents, people and jobs to show", makeContent);
  const pages = pagesOf(content);
  const roles = new Set(pages.map(({ role }) => role));
  try {
    const found = await step(`${pages.length} pages as ${roles.size} roles`, () =>
      forEachRole(roles, (role) =>
        lookAtAll(browser, role, content.users[role], pages.filter((page) => page.role === role))));
    for (const line of found) console.error(line);
    assert.equal(found.length, 0, "what was found stands above");
  } finally {
    await settle();
  }
});
