// Keeps a page up to date while it is open: it is fetched again, and what differs takes the place of what is shown.
// Its regions are marked by `data-live="…"`, texts that a screen reader follows by `data-live-text="…"`.

import { localise } from "./console.js";

const OVER = [401, 403, 404, 410];

// The regions as they were fetched: another script writes their times in the reader's zone.
const fetched = new Map();
for (const region of document.querySelectorAll("[data-live]")) fetched.set(region.dataset.live, region.outerHTML);

// The page at `address` as it is now. Nothing when it is gone or the session is over: the whole page says so then.
// Throws when it cannot be fetched for now.
export async function fetchPage(address) {
  const options = { headers: { accept: "text/html" }, credentials: "same-origin", cache: "no-store" };
  const answer = await fetch(address, options);
  if (answer.redirected || OVER.includes(answer.status)) {
    location.replace(address);
    return null;
  }
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// Takes over from `page` what has changed; the regions among it. What is open stays open, and the focus where it was.
export function takeOver(page) {
  const focused = document.activeElement?.id;
  const changed = [...document.querySelectorAll("[data-live]")].flatMap((shown) => replaced(shown, page));
  for (const text of document.querySelectorAll("[data-live-text]")) {
    const fresh = page.querySelector(`[data-live-text="${text.dataset.liveText}"]`);
    if (fresh && fresh.textContent !== text.textContent) text.textContent = fresh.textContent;
  }
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
  return changed;
}

// The region that has taken the place of `shown`, if it has changed.
function replaced(shown, page) {
  const { live } = shown.dataset;
  const fresh = page.querySelector(`[data-live="${live}"]`);
  if (!fresh || fresh.outerHTML === fetched.get(live)) return [];
  fetched.set(live, fresh.outerHTML);
  if (shown.open) fresh.open = true;
  shown.replaceWith(document.adoptNode(fresh));
  localise(fresh);
  return [fresh];
}
