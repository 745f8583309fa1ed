// An admin finds what mails died of, and sends them when the cause is gone, with script and without.

import assert from "node:assert/strict";
import { Caller } from "./lib/api.mjs";
import { withBrowser } from "./lib/browser.mjs";
import { eventually } from "./lib/eventually.mjs";
import { behave, mailWith } from "./lib/inbox.mjs";
import { login } from "./lib/setting.mjs";
import { step } from "./lib/steps.mjs";
import { Visitor } from "./lib/visitor.mjs";

/** The job of the mail to `email` once it is in this state. */
async function mailJob(admin, email, state) {
  return eventually(`the mail to ${email} is ${state}`, async () => {
    const { items } = await admin.get(`/v1/admin/jobs?email=${email}&state=${state}`);
    return items[0];
  });
}

/** Reads on the page that explains an address why its mail was not sent. */
async function readWhy({ page }, email, job) {
  await page.goto("/admin/explain");
  await page.fill("main [name=about]", email);
  await page.click("main form[action='/admin/explain'] button");
  await page.click(`main a[href='/admin/jobs/${job}']`);
  await page.waitForSelector("main pre:has-text('550')");
}

/** Has all mails that failed for one reason sent again: `count` of them. */
async function retryCohort({ page }, count) {
  await page.goto("/admin/failures");
  await page.click("tr:has-text('550') form[action='/admin/failures/retry'] button");
  assert.equal(await page.inputValue("main [name=confirm]"), `${count}`);
  await page.click("main form:has([name=confirm]) button");
  await page.waitForURL(/\/admin\/operations\/op_/);
  await page.waitForSelector("#done:not(:empty)");
}

async function deadMail(browser, hasScript, caller) {
  const how = hasScript ? "with script" : "without script";
  const domain = `${hasScript ? "script" : "plain"}.dead.example`;
  const emails = [`ada@${domain}`, `bob@${domain}`];
  const admin = await Visitor.of(browser, { hasScript });
  const [job] = await step("the mail server rejects two addresses, and their mails are dead", async () => {
    await behave({ mode: "reject", code: 550, recipient: `@${domain}` });
    for (const email of emails) await caller.post("/v1/invitations", { email, role: "client" });
    return Promise.all(emails.map((email) => mailJob(caller, email, "dead")));
  });
  await step(`an admin reads why, ${how}`, async () => {
    await admin.signIn(login("ADMIN"));
    await readWhy(admin, emails[0], job.id);
  });
  await step(`the admin has all mails of that failure sent again, ${how}`, async () => {
    await behave({ mode: "ok" });
    await retryCohort(admin, emails.length);
    for (const email of emails) await mailJob(caller, email, "done");
    for (const email of emails) await mailWith(email, "/invitation/");
  });
  await admin.end();
}

const caller = await Caller.signedIn(login("ADMIN"));
await withBrowser(async (browser) => {
  await deadMail(browser, true, caller);
  await deadMail(browser, false, caller);
});
