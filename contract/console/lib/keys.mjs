// The keyboard alone: where Tab leads, and whether the place is seen.

import assert from "node:assert/strict";

const MOST_STOPS = 80;

/** What has the focus, for people to find it; whether that is seen; and whether it is `selector`. */
function focused(selector) {
  const it = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(it);
  return {
    name: `${it.tagName.toLowerCase()}#${it.id} ${it.getAttribute("name") ?? ""} ${it.textContent.trim().slice(0, 30)}`,
    isPage: it === document.body,
    isSeen: outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0,
    isIt: it.matches(selector),
  };
}

/** Presses Tab until `selector` has the focus, and sees that every stop on the way shows it. */
export async function tabTo(page, selector) {
  const stops = [];
  while (stops.length < MOST_STOPS) {
    await page.keyboard.press("Tab");
    const { name, isPage, isSeen, isIt } = await page.evaluate(focused, selector);
    stops.push(name);
    if (isPage) continue;
    assert(isSeen, `the focus is not seen at ${name}`);
    if (isIt) return;
  }
  throw new Error(`Tab does not lead to ${selector}, but to: ${stops.join(", ")}`);
}

/** Goes to `selector` by Tab, and presses `key` there. */
export async function pressAt(page, selector, key) {
  await tabTo(page, selector);
  await page.keyboard.press(key);
}

/** Goes to the field `selector` by Tab, and types there. */
export async function typeInto(page, selector, text) {
  await tabTo(page, selector);
  await page.keyboard.type(text);
}

/** Whether Tab, pressed often enough to go round, stays in the open dialog or leaves the page. */
export async function isTrapped(page) {
  for (let stop = 0; stop < 8; stop += 1) {
    await page.keyboard.press("Tab");
    const isInside = await page.evaluate(() => document.activeElement.matches("dialog[open] *, body"));
    if (!isInside) return false;
  }
  return true;
}
