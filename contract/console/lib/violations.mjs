// What axe finds in a page.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// What is seen need not be loaded again, and what is right is not told.
const OPTIONS = { preload: false, resultTypes: ["violations"] };
/** All rules, that for the size of targets among them, which axe leaves out by itself. */
export const ALL_RULES = { ...OPTIONS, rules: { "target-size": { enabled: true } } };
/** The rules that depend on colours and widths. */
export const RULES_OF_LOOKS = {
  ...OPTIONS,
  runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"] },
};

/** What breaks `rules` in a page with all that can be opened, a line for each element. */
export async function violationsOf(page, rules) {
  await page.evaluate(() => document.querySelectorAll("details").forEach((it) => (it.open = true)));
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  return page.evaluate(async (options) => {
    const { violations } = await window.axe.run(options);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `axe ${id}: ${target.join(" ")}: ${failureSummary}`));
  }, rules);
}
