// Lists of jobs: selects all of a page. An operation: reads its page again while it goes on.

import { fetchPage, takeOver } from "./live.js";

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

async function follow() {
  let pause = EVERY_MS;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const region = document.querySelector("[data-live-goes-on]");
    if (!region) return;
    if (document.hidden) continue;
    try {
      const page = await fetchPage(region.dataset.liveUrl);
      if (!page) return;
      takeOver(page);
      document.title = page.title;
      pause = EVERY_MS;
    } catch {
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }
}

selectAll();
follow();
