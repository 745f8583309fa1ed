// Every page of the console and of the mails, and who sees it: by its path alone, or by what leads from there to it.

import { fixturePath } from "./api.mjs";
import { codeOf } from "./totp.mjs";
import { PASSWORD } from "./visitor.mjs";

/** A page that is there under its path. */
const plain = (role, name, path) => ({ role, name, path, open: (page) => page.goto(path) });

/** A page that is reached from the one at `path`. */
const from = (role, name, path, act) => ({
  role,
  name,
  path,
  open: async (page) => {
    await page.goto(path);
    await act(page);
  },
});

async function submit(page, form, values) {
  for (const [name, value] of Object.entries(values)) await page.fill(`${form} [name='${name}']`, value);
  await page.click(`${form} button[type=submit]`);
}

/** Sends a form, and waits for the page that it leads to. */
const sent = (form, values, shown) => async (page) => {
  await submit(page, form, values);
  await page.waitForSelector(shown);
};

const asked = (button) => async (page) => {
  await page.evaluate(() => document.querySelectorAll("details").forEach((it) => (it.open = true)));
  await page.click(button);
  await page.waitForSelector("dialog[open]");
};

function ofNobody({ links, users }) {
  const role = "nobody";
  const path = (link) => new URL(link).pathname;
  const { email, password } = users.careful;
  const wrong = { email: users.client.email, password: "not the password at all" };
  return [
    plain(role, "sign-in", "/sign-in"),
    from(role, "sign-in-refused", "/sign-in", sent("main form", wrong, "[role=alert]")),
    from(role, "sign-in-code", "/sign-in", sent("main form", { email, password }, "[name=code]")),
    plain(role, "sign-up", "/sign-up"),
    from(role, "sign-up-refused", "/sign-up", sent("main form", { email: "ada@client.example", password: "short" }, "[aria-invalid=true]")),
    plain(role, "signed-out", "/signed-out"),
    plain(role, "reset", "/reset-password"),
    from(role, "reset-asked", "/reset-password", sent("form", { email: "nobody@client.example" }, "h1:has-text('mailbox')")),
    plain(role, "mailed-invitation", path(links.invitation)),
    from(role, "mailed-invitation-refused", "/invitation/not-a-token", sent("form", { password: PASSWORD }, "[role=alert]")),
    plain(role, "mailed-confirmation", path(links.confirmation)),
    plain(role, "mailed-reset", path(links.reset)),
    plain(role, "mailed-second-factor", path(links.secondFactor)),
    plain(role, "mailed-unsubscribe", path(links.unsubscribe)),
    plain(role, "problems", "/docs/problems"),
  ];
}

function ofEverybody(role) {
  return [
    plain(role, "account", "/account"),
    from(role, "account-password-refused", "/account", sent("form[action='/account/password']",
      { current_password: PASSWORD, new_password: "short" }, "#problem")),
    plain(role, "second-factor", "/account/second-factor"),
    plain(role, "sessions", "/account/sessions"),
    plain(role, "forbidden", role === "admin" ? "/documents/history" : "/admin"),
    plain(role, "no-document", "/documents/fil_01JD3Y5T6ZQ8R9WABCDEFGHJKM"),
  ];
}

/** A page that asks for itself again and again, and stays as it is here. */
const waiting = (role, name, path) => ({
  role,
  name,
  path,
  open: async (page) => {
    await page.route(`**${path}`, async (route) => {
      const response = await route.fetch();
      const { refresh, ...headers } = response.headers();
      await route.fulfill({ response, headers });
    });
    await page.goto(path);
  },
});

function ofClients({ documents, download }) {
  const role = "client";
  const begun = sent("main form[action='/account/second-factor']", { current_password: PASSWORD }, "[name=code]");
  return [
    plain(role, "documents", "/documents"),
    plain(role, "documents-none-found", "/documents?q=no-such-name"),
    plain(role, "document-available", `/documents/${documents.available}`),
    plain(role, "document-withdrawn", `/documents/${documents.withdrawn}`),
    plain(role, "history", "/documents/history"),
    waiting(role, "download-preparing", `/documents/downloads/${download}`),
    from(role, "second-factor-begun", "/account/second-factor", begun),
  ];
}

/** What a client sees who has nothing yet. */
function ofNewcomers() {
  return [plain("newcomer", "documents-empty", "/documents"), plain("newcomer", "history-empty", "/documents/history")];
}

/** What a client sees who has set up a second factor just now, each time anew. */
function ofGuarded() {
  let recoveryCode;
  const setUp = async (page) => {
    if (recoveryCode) {
      await submit(page, "form[action$='/disable']", { current_password: PASSWORD, code: recoveryCode });
    }
    await submit(page, "main form[action='/account/second-factor']", { current_password: PASSWORD });
    const secret = await page.getAttribute("#totp-secret", "data-copy-text");
    await submit(page, "main form[action$='/confirm']", { code: codeOf(secret) });
    recoveryCode = await page.locator("#recovery-codes code").first().textContent();
  };
  return [
    from("guarded", "second-factor-set-up", "/account/second-factor", setUp),
    plain("guarded", "second-factor-on", "/account/second-factor"),
  ];
}

function ofStaff(role, { documents, group }) {
  const everyState = Object.entries(documents).map(([state, id]) => plain(role, `document-${state}`, `/documents/${id}`));
  return [
    plain(role, "documents", "/documents"),
    plain(role, "documents-withdrawn", "/documents?state=withdrawn"),
    plain(role, "documents-none-found", "/documents?q=no-such-name"),
    ...everyState,
    from(role, "document-asked", `/documents/${documents.available}`, asked("form[action$='/withdraw'] button")),
    plain(role, "invitations", "/invitations"),
    from(role, "invitations-refused", "/invitations", sent("main form[action='/invitations']", { email: "ada@localhost" }, "#problem")),
    plain(role, "groups", "/groups"),
    plain(role, "group", `/groups/${group}`),
  ];
}

async function addFiles(page) {
  const names = ["report.docx", "macros-renamed.docx"];
  await page.setInputFiles("#file", names.map(fixturePath));
  await page.waitForSelector("#upload-list li >> nth=1");
  await page.check("[name=audience][value=recipients]");
  await page.fill("#recipient", "somebody@client.example not-an-address ");
  await page.press("#recipient", "Enter");
}

/** Sends the form as browsers without script do: to `action` with this type of body. */
const sentWithoutScript = (action, enctype) => async (page) => {
  await page.check("[name=audience][value=everyone]");
  const sent = page.waitForNavigation();
  await page.evaluate(([action, enctype]) => {
    const form = document.getElementById("upload");
    if (action) form.action = action;
    form.enctype = enctype;
    form.submit();
  }, [action, enctype]);
  await sent;
};

function ofOps() {
  return [
    plain("ops", "upload", "/upload"),
    from("ops", "upload-files", "/upload", addFiles),
    from("ops", "upload-refused", "/upload", sentWithoutScript("", "multipart/form-data")),
    from("ops", "upload-reach", "/upload", sentWithoutScript("/upload/audience", "application/x-www-form-urlencoded")),
  ];
}

function ofAdmins({ users, jobs, client }) {
  const role = "admin";
  const pages = {
    queues: "/admin/queues",
    queue: "/admin/queues/send-email",
    "queue-paused": "/admin/queues/validate-upload",
    workers: "/admin/workers",
    mails: "/admin/mails",
    explain: "/admin/explain",
    "explain-client": `/admin/explain?about=${client}`,
    jobs: "/admin/jobs",
    "jobs-none-found": "/admin/jobs?error=no-such-error",
    "job-done": `/admin/jobs/${jobs.done}`,
    "job-dead": `/admin/jobs/${jobs.dead}`,
    bulk: "/admin/jobs/bulk",
    "bulk-dead": "/admin/jobs/bulk?queue=send-email&state=dead",
    operations: "/admin/operations",
    operation: `/admin/operations/${jobs.operation}`,
    failures: "/admin/failures",
    users: "/admin/users",
    "users-none-found": "/admin/users?address=no-such-address",
    user: `/admin/users/${users.client.id}`,
    "user-disabled": `/admin/users/${users.disabled.id}`,
    "user-own": `/admin/users/${users.admin.id}`,
    audit: "/admin/audit",
    "audit-user": `/admin/audit?user=${users.admin.id}`,
  };
  return [
    ...Object.entries(pages).map(([name, path]) => plain(role, name, path)),
    // What the first event changes is part of the page.
    from(role, "overview", "/admin", (page) => page.waitForSelector("[data-connection=live]:not([hidden])")),
    from(role, "failures-confirm", "/admin/failures", sent("form[action='/admin/failures/retry']", {}, "main form:has([name=confirm])")),
    from(role, "queue-asked", pages.queue, asked("form[action$='/pause'] button")),
  ];
}

/** All pages. `isRepeated` is whether Ops have the same page. */
export function pagesOf(content) {
  const ofOthers = [
    ...ofNobody(content),
    ...ofClients(content),
    ...ofNewcomers(),
    ...ofGuarded(),
    ...ofAdmins(content),
    ...ofOps(),
    ...ofStaff("ops", content),
    ...ofEverybody("ops"),
  ];
  const repeated = [...ofStaff("admin", content), ...ofEverybody("admin"), ...ofEverybody("client")];
  return [...ofOthers, ...repeated.map((page) => ({ ...page, isRepeated: true }))];
}
