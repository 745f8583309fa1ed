// Keeps the pages of documents up to date while they are open: on an event the page is fetched again, and its live
// region takes the place of the one that is shown.

import { listen, localise } from "./console.js";

const DEBOUNCE_MS = 300;
const region = () => document.querySelector("[data-live-region]");
// A page that a refused form left has the address of the form, which shows nothing.
const about = region()?.dataset.document;
const address = about ? `/documents/${encodeURIComponent(about)}` : location.pathname + location.search;
const OVER = [401, 403, 404, 410];
const news = document.getElementById("documents-news");

// The region as it was fetched: another script writes its times in the reader's zone.
let lastFetched = region()?.outerHTML;
let timer;
let refreshing = Promise.resolve();

const refreshSoon = () => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    refreshing = refreshing.then(refresh).catch(() => {});
  }, DEBOUNCE_MS);
};

async function refresh() {
  const response = await fetch(address, { headers: { accept: "text/html" } });
  if (response.redirected || OVER.includes(response.status)) {
    // The document is gone, or the session is over: the whole page says so.
    location.replace(address);
    return;
  }
  // What passes is no reason to lose what was entered: the next event tries again.
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("[data-live-region]");
  const shown = region();
  if (!fresh || !shown || fresh.outerHTML === lastFetched) {
    return;
  }
  swap(shown, document.adoptNode(fresh));
}

function swap(shown, fresh) {
  const focused = shown.contains(document.activeElement) ? document.activeElement.id : "";
  lastFetched = fresh.outerHTML;
  shown.replaceWith(fresh);
  if (focused) {
    document.getElementById(focused)?.focus();
  }
  localise(fresh);
  if (news) {
    news.textContent = fresh.dataset.announce ?? "";
  }
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
