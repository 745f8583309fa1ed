// The stack's mail server: the mails that arrived, and how it behaves.

import assert from "node:assert/strict";
import { eventually } from "./eventually.mjs";
import { setting } from "./setting.mjs";

const INBOX = setting("INBOX_URL");

async function mailsTo(address) {
  const mails = await (await fetch(`${INBOX}/api/messages`)).json();
  return mails.filter((mail) => mail.to === address);
}

async function textOf({ id }) {
  const mail = await (await fetch(`${INBOX}/api/messages/${id}`)).json();
  return mail.text;
}

/** The text of the newest mail to `address` that has `part` in it, as soon as there is one. */
export async function mailWith(address, part) {
  return eventually(`a mail to ${address} with ${part}`, async () => {
    const mails = await mailsTo(address);
    const texts = await Promise.all(mails.map(textOf));
    return texts.filter((text) => text.includes(part)).at(-1);
  });
}

/** The link to the page `path` in a mail to `address`. */
export async function mailedLink(address, path) {
  const text = await mailWith(address, `/${path}/`);
  return text.match(new RegExp(`https?://\\S+/${path}/\\S+`))[0];
}

/** Has the mail server behave so: { mode: "ok" } or { mode: "reject", code: 550, recipient }. */
export async function behave(behaviour) {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify(behaviour);
  const answer = await fetch(`${INBOX}/api/behaviour`, { method: "PUT", headers, body });
  assert.equal(answer.status, 200, await answer.text());
}
