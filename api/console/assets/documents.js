// Keeps the pages of documents up to date while they are open: on an event the page is fetched again, and what has
// changed is announced.

import { listen } from "./console.js";
import { fetchPage, takeOver } from "./live.js";

const DEBOUNCE_MS = 300;
const region = () => document.querySelector("[data-live]");
// A page that a refused form left has the address of the form, which shows nothing.
const about = region()?.dataset.document;
const address = about ? `/documents/${encodeURIComponent(about)}` : location.pathname + location.search;
const news = document.getElementById("documents-news");

let timer;
let refreshing = Promise.resolve();

const refreshSoon = () => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    // What passes is no reason to lose what was entered: the next event tries again.
    refreshing = refreshing.then(refresh).catch(() => {});
  }, DEBOUNCE_MS);
};

async function refresh() {
  const page = await fetchPage(address);
  const [fresh] = page ? takeOver(page) : [];
  if (fresh && news) news.textContent = fresh.dataset.announce ?? "";
}

// Refreshes the page on every event of `path`, but for a first one of which the page tells already.
function follow(path, isKnown) {
  const stream = listen(path, {
    file: (data) => {
      if (!isKnown(data)) refreshSoon();
    },
    gone: refreshSoon,
    reset: refreshSoon,
    reopened: refreshSoon,
    end: ({ reason }) => {
      // After the other reasons the stream is opened again.
      if (!["final", "gone", "session_ended"].includes(reason)) return;
      stream.close();
      refreshSoon();
    },
  });
}

const shown = region();
if (shown?.dataset.document) {
  let isFirst = true;
  follow(`/documents/${encodeURIComponent(shown.dataset.document)}/events?until=gone`, (file) => {
    const isKnown = isFirst && file.state === region()?.dataset.state;
    isFirst = false;
    return isKnown;
  });
} else if (shown) {
  follow("/documents/events", () => false);
}
