// How much of a page moves by itself while it is being shown, as browsers measure it.

const OBSERVE = `(() => {
  window.layoutShifts = [];
  const keep = (list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      const moved = entry.sources.map(({ node }) => (node?.outerHTML ?? node?.textContent ?? "").slice(0, 120));
      window.layoutShifts.push("moved by " + entry.value.toFixed(4) + ": " + moved.join(" | "));
    }
  };
  new PerformanceObserver(keep).observe({ type: "layout-shift", buffered: true });
})();`;

/** Has every page of `context` measured. */
export async function observeShifts(context) {
  await context.addInitScript(OBSERVE);
}

/** The shifts so far, each with what moved. */
export async function shiftsOf(page) {
  // What was measured is told with the frame after the next one.
  return page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    return window.layoutShifts;
  });
}
