// What the pages have to show: documents in every state, people, groups, jobs and mails.

import { Caller } from "./api.mjs";
import { eventually } from "./eventually.mjs";
import { behave, mailedLink } from "./inbox.mjs";
import { login } from "./setting.mjs";
import { codeOf } from "./totp.mjs";
import { PASSWORD } from "./visitor.mjs";

// Documents stay unchecked and downloads unprepared while these queues are paused.
const PAUSED = ["validate-upload", "mint-download-token"];
const CLIENT = "reader.of.many.documents@a-company-with-a-long-name.example";
const NEWCOMER = "newcomer@client.example";
const INVITED = "invited@client.example";
const UNREACHABLE = "unreachable@client.example";

/** Everything that pages show; their ids and addresses. Some jobs wait until `settle` is called. */
export async function makeContent() {
  const [ops, admin] = await Promise.all([Caller.signedIn(login("OPS")), Caller.signedIn(login("ADMIN"))]);
  const users = await makeUsers(admin);
  const { id: group } = await ops.post("/v1/groups", { name: "Supervisory board", members: [CLIENT, "member@client.example"] });
  const documents = await makeDocuments(ops, admin, group);
  const download = await makeDownload(users.client, documents.available);
  const links = await makeLinks(ops, admin, users);
  const jobs = await makeJobs(admin);
  return { users, group, documents, download, links, jobs, client: CLIENT };
}

/** Lets the jobs that wait go on. */
export async function settle() {
  const admin = await Caller.signedIn(login("ADMIN"));
  for (const queue of PAUSED) await admin.post(`/v1/admin/queues/${queue}/resume`);
}

async function makeUsers(admin) {
  const accounts = { client: CLIENT, newcomer: NEWCOMER };
  for (const name of ["guarded", "careful", "disabled"]) accounts[name] = `${name}@client.example`;
  const users = {};
  for (const [name, email] of Object.entries(accounts)) {
    const { id } = await admin.post("/v1/admin/users", { email, name, password: PASSWORD, role: "client" });
    users[name] = { id, email, password: PASSWORD };
  }
  await admin.post(`/v1/admin/users/${users.disabled.id}/disable`);
  await setUpSecondFactor(users.careful);
  const { items } = await admin.get("/v1/admin/users?role=admin");
  users.admin = { ...login("ADMIN"), id: items[0].id };
  users.ops = login("OPS");
  return users;
}

async function setUpSecondFactor(account) {
  const caller = await Caller.signedIn(account);
  const { secret } = await caller.post("/v1/me/totp", { current_password: account.password });
  await caller.post("/v1/me/totp/confirm", { code: codeOf(secret) });
}

async function makeDocuments(ops, admin, group) {
  const available = await ops.upload("report.docx", [CLIENT, group]);
  await ops.fileInState(available, "available");
  await ops.replace(available, "large-report.docx");
  const rejected = await ops.upload("macros-renamed.docx", [CLIENT]);
  const withdrawn = await ops.upload("figures.xlsx", [CLIENT]);
  await ops.fileInState(rejected, "rejected");
  await ops.fileInState(withdrawn, "available");
  await ops.delete(`/v1/files/${withdrawn}`);
  for (const queue of PAUSED) await admin.post(`/v1/admin/queues/${queue}/pause`);
  const received = await ops.upload("slides.pptx", [CLIENT]);
  const failed = await ops.upload("slides.pptx", [CLIENT]);
  const { items } = await admin.get(`/v1/admin/jobs?file=${failed}`);
  await admin.post(`/v1/admin/jobs/${items[0].id}/cancel`);
  return { available, rejected, withdrawn, received, failed };
}

/** A download that is not prepared yet. */
async function makeDownload(client, document) {
  const { id } = await (await Caller.signedIn(client)).post(`/v1/files/${document}/links`, {});
  return id;
}

/** The links that mails lead to. */
async function makeLinks(ops, admin, { client, newcomer, careful }) {
  await ops.post("/v1/invitations", { email: INVITED, role: "client" });
  const signUp = { email: "signing-up@client.example", password: PASSWORD, name: "Ada" };
  await admin.post("/v1/auth/sign-up", signUp);
  await admin.post(`/v1/admin/users/${newcomer.id}/send-reset`);
  await admin.post(`/v1/admin/users/${careful.id}/send-second-factor-reset`);
  return {
    invitation: await mailedLink(INVITED, "invitation"),
    confirmation: await mailedLink(signUp.email, "verify-email"),
    reset: await mailedLink(newcomer.email, "reset-password"),
    secondFactor: await mailedLink(careful.email, "reset-second-factor"),
    unsubscribe: await mailedLink(client.email, "unsubscribe"),
  };
}

/** A job that is done, one that is dead, and an operation that has tried this one again. */
async function makeJobs(admin) {
  await behave({ mode: "reject", code: 550, recipient: UNREACHABLE });
  await admin.post("/v1/invitations", { email: UNREACHABLE, role: "client" });
  const inState = (state, since = "") =>
    eventually(`a job is ${state}`, async () => {
      const { items } = await admin.get(`/v1/admin/jobs?state=${state}`);
      return items.find((job) => job.finished_at > since);
    });
  const dead = await inState("dead");
  const { id: operation } = await admin.post("/v1/admin/operations", { verb: "retry", ids: [dead.id] });
  await inState("dead", dead.finished_at);
  const done = await inState("done");
  await behave({ mode: "ok" });
  return { dead: dead.id, done: done.id, operation };
}
