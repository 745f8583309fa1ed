// Somebody with a browser of their own, and what people do in the console.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { watchFaults } from "./faults.mjs";
import { mailedLink } from "./inbox.mjs";
import { setting } from "./setting.mjs";

export const PASSWORD = "correct horse battery staple";
const PATIENCE_MS = 15_000;

export class Visitor {
  /**
   * `hasScript`: whether pages may run scripts; `expected`: patterns of faults that belong to the test; `settings`:
   * more of Playwright's for a context.
   */
  static async of(browser, { hasScript = true, expected = [], ...settings } = {}) {
    const visitor = new Visitor();
    visitor.hasScript = hasScript;
    visitor.context = await browser.newContext({
      baseURL: setting("API_URL"),
      javaScriptEnabled: hasScript,
      locale: "en-GB",
      ...settings,
    });
    visitor.context.setDefaultTimeout(PATIENCE_MS);
    visitor.faults = await watchFaults(visitor.context, expected);
    visitor.page = await visitor.context.newPage();
    return visitor;
  }

  /** Ends, if nothing went wrong in its pages. */
  async end() {
    await this.context.close();
    assert.deepEqual(this.faults, []);
  }

  async signIn({ email, password }) {
    await this.page.goto("/sign-in");
    await this.page.fill("main [name=email]", email);
    await this.page.fill("main [name=password]", password);
    await this.page.click("main form[action='/sign-in'] button");
    await this.page.waitForSelector("form[action='/sign-out']");
  }

  /** Presses the button of a form that may ask first, and agrees. */
  async agree(selector) {
    await this.page.click(selector);
    if (this.hasScript) await this.page.click("dialog[open] button[value=yes]");
  }

  /** Invites a client. */
  async invite(email) {
    await this.page.goto("/invitations");
    await this.page.fill("main [name=email]", email);
    await this.page.click("main form[action='/invitations'] button");
    await this.page.waitForSelector(`main tbody :text("${email}")`);
  }

  /** Makes the account that the mailed invitation leads to; its login. */
  async acceptInvitation(email) {
    await this.page.goto(await mailedLink(email, "invitation"));
    await this.page.fill("[name=password]", PASSWORD);
    await this.page.click("form button");
    await this.page.waitForSelector("h1:has-text('Your account is ready')");
    return { email, password: PASSWORD };
  }

  /** The bytes that a click on the button for the download of a document brings. */
  async download(id) {
    const download = this.page.waitForEvent("download");
    await this.page.click(`form[action='/documents/${id}/download'] button`);
    return readFile(await (await download).path());
  }
}
