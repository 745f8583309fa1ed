// What becomes of documents that were uploaded, as the service tells it: of two at a time, for a browser has few
// connections to one server.

const AT_ONCE = 2;
const waiting = [];
let open = 0;

/** Tells `show` how the document is, at once and whenever that changes, until there is a verdict. */
export function follow(id, show) {
  waiting.push({ id, show });
  next();
}

function next() {
  while (open < AT_ONCE && waiting.length > 0) {
    open += 1;
    listen(waiting.shift());
  }
}

function listen({ id, show }) {
  const source = new EventSource(`/documents/${id}/events?until=final`);
  let isOpen = true;
  const close = () => {
    source.close();
    if (!isOpen) return;
    isOpen = false;
    open -= 1;
    next();
  };
  source.addEventListener("file", (event) => show(JSON.parse(event.data)));
  source.addEventListener("end", (event) => {
    // After any other end the browser connects again by itself.
    const { reason } = JSON.parse(event.data);
    if (["final", "gone", "session_ended"].includes(reason)) close();
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) close();
  });
}
