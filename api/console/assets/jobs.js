// Lists of jobs: selects all of a page. An operation: reads its page again while it goes on.

import { localise } from "./console.js";

const EVERY_MS = 2000;
const LONGEST_PAUSE_MS = 30000;

function selectAll() {
  const label = document.querySelector("[data-select-all]");
  if (!label) return;
  const all = label.querySelector("input");
  const boxes = [...document.querySelectorAll('input[name="ids"]')];
  const selected = () => boxes.filter((box) => box.checked).length;
  const show = () => {
    all.checked = selected() === boxes.length;
    all.indeterminate = selected() > 0 && !all.checked;
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  for (const box of boxes) box.addEventListener("change", show);
  label.hidden = false;
  show();
}

// Takes the regions of `page` over. One that has not changed stays as it is, and so does a text.
function take(page) {
  const focused = document.activeElement?.id;
  for (const region of document.querySelectorAll("[data-live]")) {
    const fresh = page.querySelector(`[data-live="${region.dataset.live}"]`);
    if (fresh && !region.isEqualNode(fresh)) {
      if (region.open) fresh.open = true;
      region.replaceWith(document.adoptNode(fresh));
    }
  }
  for (const text of document.querySelectorAll("[data-live-text]")) {
    const fresh = page.querySelector(`[data-live-text="${text.dataset.liveText}"]`);
    if (fresh && fresh.textContent !== text.textContent) text.textContent = fresh.textContent;
  }
  if (focused && document.activeElement === document.body) {
    document.getElementById(focused)?.focus();
  }
  document.title = page.title;
  localise();
}

async function follow() {
  let pause = EVERY_MS;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const region = document.querySelector("[data-live-goes-on]");
    if (!region) return;
    if (document.hidden) continue;
    try {
      const answer = await fetch(region.dataset.liveUrl, { credentials: "same-origin", cache: "no-store" });
      // Signed out, or the operation is gone: the page that says so is shown.
      if (answer.redirected || [401, 403, 404].includes(answer.status)) return location.assign(region.dataset.liveUrl);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      take(new DOMParser().parseFromString(await answer.text(), "text/html"));
      pause = EVERY_MS;
    } catch {
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }
}

selectAll();
follow();
