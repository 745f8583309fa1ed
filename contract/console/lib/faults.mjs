// What must not happen in any page: errors in the console, exceptions of scripts, and what the page's policy blocks.

const BLOCKED = `document.addEventListener("securitypolicyviolation", (event) =>
  console.error("blocked by the policy: " + event.effectiveDirective + " " + event.blockedURI));`;

/** Collects the faults of every page of `context`, but for those that match one of `expected`. */
export async function watchFaults(context, expected) {
  const faults = [];
  const add = (page, text) => {
    if (!expected.some((pattern) => pattern.test(text))) faults.push(`${page.url()}: ${text}`);
  };
  await context.addInitScript(BLOCKED);
  context.on("page", (page) => {
    page.on("pageerror", (error) => add(page, `${error.stack ?? error}`));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) add(page, `${message.text()} (${message.location().url})`);
    });
  });
  return faults;
}
