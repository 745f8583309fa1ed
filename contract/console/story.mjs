// Invited, told, downloaded, withdrawn: what the console is for, with script and without.

import assert from "node:assert/strict";
import { fixture, fixturePath } from "./lib/api.mjs";
import { withBrowser } from "./lib/browser.mjs";
import { eventually } from "./lib/eventually.mjs";
import { mailWith } from "./lib/inbox.mjs";
import { login } from "./lib/setting.mjs";
import { step } from "./lib/steps.mjs";
import { Visitor } from "./lib/visitor.mjs";

const DOCUMENT = "report.docx";

/** Drops a file on an element, as a mouse would. */
function dropOn(zone, { name, base64 }) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name));
  for (const type of ["dragenter", "dragover", "drop"]) {
    zone.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
  }
}

/** Uploads the document with script, and sees the verdict without a reload; its id. */
async function dropDocument({ page }, client) {
  await page.goto("/upload");
  await page.check("[name=audience][value=recipients]");
  await page.fill("#recipient", client);
  await page.evaluate(() => (window.isSamePage = true));
  const base64 = (await fixture(DOCUMENT)).toString("base64");
  await page.locator("#drop-zone").evaluate(dropOn, { name: DOCUMENT, base64 });
  await page.click("#send");
  await page.waitForSelector("#upload-list li[data-state=available]");
  assert(await page.evaluate(() => window.isSamePage), "the page was loaded again");
  const address = await page.getAttribute("#upload-list [data-part=document]", "href");
  return address.split("/").at(-1);
}

/** Uploads the document by the form, and waits for the verdict on its page; its id. */
async function sendDocument({ page }, client) {
  await page.goto("/upload");
  await page.check("[name=audience][value=recipients]");
  await page.fill("#recipients", client);
  await page.setInputFiles("#file", fixturePath(DOCUMENT));
  await page.click("#send");
  await page.waitForURL(/\/documents\/fil_/);
  await page.waitForSelector("#done:not(:empty)");
  await eventually("a verdict", async () => {
    await page.reload();
    return page.locator("#document[data-state=available]").isVisible();
  });
  return new URL(page.url()).pathname.split("/").at(-1);
}

async function withdraw(ops, id) {
  await ops.page.goto(`/documents/${id}`);
  await ops.page.click("details:has(form[action$='/withdraw']) summary");
  await ops.agree("form[action$='/withdraw'] button");
  await ops.page.waitForSelector("form[action$='/restore']");
}

async function isGone({ page }, id) {
  await page.goto("/documents");
  assert.equal(await page.locator(`a[href='/documents/${id}']`).count(), 0, "the document is listed");
  const answer = await page.goto(`/documents/${id}`);
  assert.equal(answer.status(), 404);
}

async function story(browser, hasScript) {
  const how = hasScript ? "with script" : "without script";
  const email = `story-${hasScript ? "script" : "plain"}@client.example`;
  const ops = await Visitor.of(browser, { hasScript });
  // The last page that the client asks for is one that is not there.
  const client = await Visitor.of(browser, { hasScript, expected: [/status of 404/] });
  await step(`Ops invite a client who accepts, ${how}`, async () => {
    await ops.signIn(login("OPS"));
    await ops.invite(email);
    await client.signIn(await client.acceptInvitation(email));
  });
  const id = await step(`a document is uploaded and found good, ${how}`, () =>
    hasScript ? dropDocument(ops, email) : sendDocument(ops, email));
  await step(`the client is told of it and downloads it, ${how}`, async () => {
    await mailWith(email, DOCUMENT);
    await client.page.goto("/documents");
    assert.deepEqual(await client.download(id), await fixture(DOCUMENT));
  });
  await step(`Ops withdraw it, and it is gone for the client, ${how}`, async () => {
    await withdraw(ops, id);
    await isGone(client, id);
  });
  await client.end();
  await ops.end();
}

await withBrowser(async (browser) => {
  await story(browser, true);
  await story(browser, false);
});
