// Keeps the pages of documents up to date while they are open: on an event the page is fetched again, and its live
// region takes the place of the one that is shown.

const DEBOUNCE_MS = 300;
const region = () => document.querySelector("[data-live-region]");
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
  const response = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!response.ok || response.redirected) {
    // The document is gone, or the session is over: the whole page says so.
    location.reload();
    return;
  }
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
  fresh.dispatchEvent(new CustomEvent("console:content", { bubbles: true }));
  if (news) {
    news.textContent = fresh.dataset.announce ?? "";
  }
}

function listen(path, first) {
  const source = new EventSource(path);
  source.addEventListener("file", (event) => {
    if (!first(event)) {
      refreshSoon();
    }
  });
  source.addEventListener("gone", refreshSoon);
  source.addEventListener("reset", refreshSoon);
  source.addEventListener("end", (event) => {
    const { reason } = JSON.parse(event.data);
    // After the others the browser connects again by itself.
    if (["final", "gone", "session_ended"].includes(reason)) {
      source.close();
      refreshSoon();
    }
  });
  addEventListener("pagehide", () => source.close());
}

const shown = region();
if (shown?.dataset.document) {
  let isFirst = true;
  // The first event tells what the page shows already, unless something has happened in between.
  listen(`/documents/${encodeURIComponent(shown.dataset.document)}/events?until=gone`, (event) => {
    const isKnown = isFirst && JSON.parse(event.data).state === region()?.dataset.state;
    isFirst = false;
    return isKnown;
  });
} else if (shown) {
  listen("/documents/events", () => false);
}
