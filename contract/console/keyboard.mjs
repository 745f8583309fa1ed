// Signing in, uploading, downloading and withdrawing with the keyboard alone.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fixture, fixturePath } from "./lib/api.mjs";
import { withBrowser } from "./lib/browser.mjs";
import { isTrapped, pressAt, typeInto } from "./lib/keys.mjs";
import { login } from "./lib/setting.mjs";
import { step } from "./lib/steps.mjs";
import { Visitor } from "./lib/visitor.mjs";

const DOCUMENT = "report.docx";

async function signIn({ page }, { email, password }) {
  await page.goto("/sign-in");
  await typeInto(page, "main [name=email]", email);
  await typeInto(page, "main [name=password]", password);
  await page.keyboard.press("Enter");
  await page.waitForSelector("form[action='/sign-out']");
}

/** Uploads the document; its id. */
async function upload({ page }, email) {
  await pressAt(page, ".main-nav a[href='/upload']", "Enter");
  await page.waitForURL("**/upload");
  await pressAt(page, "[name=audience]", "Space");
  await typeInto(page, "#recipient", email);
  await page.keyboard.press("Enter");
  page.once("filechooser", (chooser) => chooser.setFiles(fixturePath(DOCUMENT)));
  await pressAt(page, "#file", "Enter");
  await page.waitForSelector("#upload-list li");
  await pressAt(page, "#send", "Enter");
  await page.waitForSelector("#upload-list li[data-state=available]");
  await pressAt(page, "#upload-list [data-part=document]", "Enter");
  await page.waitForURL("**/documents/fil_*");
  return new URL(page.url()).pathname.split("/").at(-1);
}

async function download({ page }, id) {
  const download = page.waitForEvent("download");
  await pressAt(page, `#download-${id}`, "Space");
  const bytes = await readFile(await (await download).path());
  assert.deepEqual(bytes, await fixture(DOCUMENT));
}

/** The dialog that asks keeps the focus, Escape closes it, and the focus is again where it was. */
async function escape({ page }) {
  const button = "form[action$='/withdraw'] button";
  await pressAt(page, "details:has(form[action$='/withdraw']) summary", "Enter");
  await pressAt(page, button, "Enter");
  await page.waitForSelector("dialog[open]");
  assert(await page.evaluate(() => document.activeElement.matches("dialog[open] button[value='']")), "Cancel has no focus");
  assert(await isTrapped(page), "Tab leads out of the dialog");
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog", { state: "detached" });
  assert(await page.evaluate((it) => document.activeElement.matches(it), button), "the focus is lost");
  assert.equal(await page.locator("form[action$='/restore']").count(), 0, "Escape has withdrawn the document");
}

async function withdraw({ page }) {
  await page.keyboard.press("Enter");
  await pressAt(page, "dialog[open] button[value=yes]", "Enter");
  await page.waitForSelector("form[action$='/restore']");
}

await withBrowser(async (browser) => {
  const ops = await Visitor.of(browser);
  const client = await Visitor.of(browser);
  const { email } = login("CLIENT");
  await step("Ops sign in by keyboard", () => signIn(ops, login("OPS")));
  const id = await step("a document is uploaded by keyboard", () => upload(ops, email));
  await step("a client signs in and downloads it by keyboard", async () => {
    await signIn(client, login("CLIENT"));
    await download(client, id);
  });
  await step("a dialog keeps the focus, and Escape closes it", () => escape(ops));
  await step("the document is withdrawn by keyboard", () => withdraw(ops));
  await client.end();
  await ops.end();
});
