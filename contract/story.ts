// Walks the whole story through openapi-fetch with the types that openapi-typescript made of the
// description.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.ts";

type FileView = components["schemas"]["File"];
type Message = { id: string; to: string; text: string };

const setting = (name: string): string => {
  const value = process.env[name];
  assert(value, `${name} is not set`);
  return value;
};
const API = setting("API_URL");
const INBOX = setting("INBOX_URL");
const EMAIL = "barbara@example.com";
const PASSWORD = "correct horse battery staple";
const PATIENCE_MS = 30_000;

const api = createClient<paths>({ baseUrl: API });

/** What `look` finds, asked again until it finds something. */
async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await setTimeout(50);
  }
  throw new Error(`not within ${PATIENCE_MS} ms: ${what}`);
}

async function mailedToken(): Promise<string | undefined> {
  const mails = (await (await fetch(`${INBOX}/api/messages`)).json()) as Message[];
  const mine = mails.filter((mail) => mail.to === EMAIL).at(-1);
  if (!mine) return undefined;
  const mail = (await (await fetch(`${INBOX}/api/messages/${mine.id}`)).json()) as Message;
  return mail.text.match(/\/verify-email\/(\S+)/)?.[1];
}

async function session(email: string, password: string) {
  const { data } = await api.POST("/v1/auth/login", { body: { email, password } });
  assert(data);
  return createClient<paths>({
    baseUrl: API,
    headers: { Authorization: `Bearer ${data.access_token}` },
  });
}

async function upload(ops: typeof api, name: string, recipients: string[]): Promise<FileView> {
  const document = new Blob([await readFile(`fixtures/${name}`)]);
  const { data, response } = await ops.POST("/v1/files", {
    body: { file: name, recipients },
    bodySerializer: () => {
      const form = new FormData();
      for (const recipient of recipients) form.append("recipients", recipient);
      form.append("file", document, name);
      return form;
    },
  });
  assert(data);
  assert.equal(response.headers.get("location"), `/v1/files/${data.id}`);
  return eventually(`a verdict on ${name}`, async () => {
    const path = { id: data.id };
    const { data: file } = await ops.GET("/v1/files/{id}", { params: { path } });
    return file?.state === "received" ? undefined : file;
  });
}

const name = "Barbara";
await api.POST("/v1/auth/sign-up", { body: { email: EMAIL, password: PASSWORD, name } });
const mailed = await eventually("the verification mail", mailedToken);
const confirmation = { token: mailed, password: PASSWORD };
const verified = await api.POST("/v1/auth/verify-email", { body: confirmation });
assert.equal(verified.data?.email_verified, true);
const client = await session(EMAIL, PASSWORD);
const me = await client.GET("/v1/me");
assert.equal(me.data?.role, "client");

const ops = await session(setting("OPS_EMAIL"), setting("OPS_PASSWORD"));
const report = await upload(ops, "report.docx", [EMAIL]);
assert.deepEqual([report.state, report.kind], ["available", "docx"]);
const macros = await upload(ops, "macros-renamed.docx", [EMAIL]);
assert.equal(macros.rejection?.code, "MACRO_ENABLED");

const listed = await client.GET("/v1/files", { params: { query: { limit: 200 } } });
assert(listed.data?.items.some((file) => file.id === report.id));
const path = { id: report.id };
const asked = await client.POST("/v1/files/{id}/links", {
  params: { path, header: { Prefer: "wait=30" } },
});
assert.equal(asked.response.status, 201);
const link = asked.data;
assert(link?.download_url);
const links = await client.GET("/v1/links");
assert(links.data?.items.some((each) => each.id === link.id));

const token = link.download_url.split("/").at(-1) ?? "";
const download = { params: { path: { token } }, parseAs: "arrayBuffer" } as const;
const original = await readFile("fixtures/report.docx");
const delivered = await client.GET("/download/{token}", download);
assert(delivered.data);
assert.deepEqual(Buffer.from(delivered.data), original);
const checked = await client.HEAD("/download/{token}", { params: { path: { token } } });
assert.equal(checked.response.headers.get("content-length"), `${original.length}`);

const revoked = await client.DELETE("/v1/links/{id}", { params: { path: { id: link.id } } });
assert.equal(revoked.response.status, 204);
const gone = await client.GET("/download/{token}", download);
assert.equal(gone.error?.code, "not_found");
console.log("the generated TypeScript client walked the whole story");
