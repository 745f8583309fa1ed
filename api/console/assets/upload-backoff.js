// When to try again what failed.

const FIRST_MS = 1000;
const LONGEST_MS = 30_000;

/** After so many failures in a row it is left to the person. */
export const MOST_FAILURES = 12;

/** How long to wait after the failure number `failures`, in milliseconds: at least as long as the server asks for. */
export function pauseAfter(failures, retryAfter) {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  const jittered = ceiling / 2 + (Math.random() * ceiling) / 2;
  return retryAfter === null ? jittered : retryAfter + Math.random() * FIRST_MS;
}

/** Waits, unless `signal` ends it; the browser being online again ends it early. */
export function wait(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const finish = (settle, value) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      removeEventListener("online", wake);
      settle(value);
    };
    const stop = () => finish(reject, signal.reason);
    const wake = () => finish(resolve);
    const timer = setTimeout(wake, milliseconds);
    signal.addEventListener("abort", stop);
    addEventListener("online", wake);
    if (signal.aborted) stop();
  });
}
