// Every page as every role, in both languages, light and dark, narrow and wide: axe finds nothing, nothing is wider than
// the window, and nothing moves by itself. Without --quick, pictures of all of it are in target/console-pictures.

import assert from "node:assert/strict";
import { withBrowser } from "./lib/browser.mjs";
import { makeContent, settle } from "./lib/content.mjs";
import { LANGUAGES, looksAt } from "./lib/looks.mjs";
import { pagesOf } from "./lib/pages.mjs";
import { IS_QUICK } from "./lib/setting.mjs";
import { observeShifts, shiftsOf } from "./lib/shifts.mjs";
import { step } from "./lib/steps.mjs";
import { ALL_RULES, RULES_OF_LOOKS, violationsOf } from "./lib/violations.mjs";
import { Visitor } from "./lib/visitor.mjs";

const PICTURES = new URL("../../target/console-pictures/", import.meta.url).pathname;
const LOCALES = { en: "en-GB", de: "de-DE" };
const NARROWEST = 320;
const HEIGHT = 900;
// What was refused, and pages that are not there, are among the pages.
const EXPECTED = [/Failed to load resource: the server responded with a status of 4\d\d/];

async function change(page, { width, scheme }) {
  await page.setViewportSize({ width, height: HEIGHT });
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
}

/** What is wrong with a page that is opened for the first of `looks`. */
async function look(page, { name, role, open }, language, [first, ...others]) {
  const found = [];
  const named = `${role}-${name}-${language}`;
  const keep = async ({ width, scheme }, lines) => {
    const picture = `${named}-${width}-${scheme}`;
    if (!IS_QUICK) await page.screenshot({ path: `${PICTURES}${picture}.png`, fullPage: true });
    found.push(...lines.map((line) => `${picture}: ${line}`));
  };
  await change(page, first);
  await open(page);
  await keep(first, await shiftsOf(page));
  await keep(first, await violationsOf(page, ALL_RULES));
  for (const other of others) {
    await change(page, other);
    await keep(other, await violationsOf(page, RULES_OF_LOOKS));
  }
  await page.setViewportSize({ width: NARROWEST, height: HEIGHT });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width > NARROWEST) found.push(`${named}: ${width} pixels wide in a window of ${NARROWEST}`);
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

async function visitorOf(browser, cookies, language) {
  const locale = LOCALES[language];
  const visitor = await Visitor.of(browser, { expected: EXPECTED, locale, timezoneId: "Europe/Berlin" });
  await observeShifts(visitor.context);
  await visitor.context.addCookies(cookies);
  return visitor;
}

/** What is wrong with the pages of a role. */
async function lookAtAll(browser, login, pages) {
  const found = [];
  const cookies = await cookiesOf(browser, login);
  for (const language of LANGUAGES) {
    const visitor = await visitorOf(browser, cookies, language);
    for (const page of pages) {
      for (const looks of looksAt(page, language)) {
        const failed = (error) => [`${page.role}-${page.name}-${language}: ${error.message}`];
        found.push(...(await look(visitor.page, page, language, looks).catch(failed)));
      }
    }
    found.push(...visitor.faults);
    await visitor.context.close();
  }
  return found;
}

/**
 * Looks at the pages of each role, in two browsers at once. With two windows in one of them, each navigation would end
 * the process that Chromium keeps ready for the other, and start it anew.
 */
async function lookAsAll(roles, look) {
  const waiting = [...roles];
  const found = [];
  const lane = async (browser) => {
    while (waiting.length > 0) found.push(...(await look(browser, waiting.shift())));
  };
  await Promise.all([withBrowser(lane), withBrowser(lane)]);
  return found;
}

const content = await step("documents, people and jobs to show", makeContent);
const pages = pagesOf(content);
// The role with most pages comes first, so that both browsers end at about the same time.
const roles = ["admin", "ops", "client", "nobody", "guarded", "newcomer"];
try {
  const found = await step(`${pages.length} pages as ${roles.length} roles`, () =>
    lookAsAll(roles, (browser, role) =>
      lookAtAll(browser, content.users[role], pages.filter((page) => page.role === role))));
  for (const line of found) console.error(line);
  assert.equal(found.length, 0, "what was found stands above");
} finally {
  await settle();
}
