// agenda as a candidate of `cargo run --release -p dossier-bench --bin queue`: takes a task as
// JSON and answers with lines of JSON, as `order.rs` describes them.

import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { MongoBackend } from "@agendajs/mongo-backend";
import { Agenda } from "agenda";
import { MongoClient } from "mongodb";

const NAME = "bench";
const PADDING = "x".repeat(170);

const order = JSON.parse(process.argv[2]);
const client = await MongoClient.connect(order.uri);
const agenda = new Agenda({
  backend: new MongoBackend({ mongo: client.db() }),
  maxConcurrency: order.settings.concurrency,
  defaultConcurrency: order.settings.concurrency,
});
await agenda.ready;

const say = (said) => console.log(JSON.stringify(said));
const micros = () => Math.round((performance.timeOrigin + performance.now()) * 1000);
const push = (number) => agenda.now(NAME, { number, padding: PADDING });

const tasks = { push: pushAll, work, latency };
const [task, details] = Object.entries(order.task)[0];
await tasks[task](details);

async function pushAll({ jobs, producers }) {
  agenda.define(NAME, () => {});
  let next = 0;
  const producer = async () => {
    while (next < jobs) await push(next++);
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: producers }, producer));
  say({ took: { seconds: (performance.now() - started) / 1000 } });
  process.exit(0);
}

async function work({ begin }) {
  const tally = { count: 0, first: 0 };
  agenda.define(NAME, () => {
    if (tally.count === 0) tally.first = micros();
    tally.count += 1;
  });
  say({ ready: {} });
  while (!existsSync(begin)) await sleep(2);
  let told = 0;
  setInterval(() => {
    if (tally.count !== told) say({ ran: tally });
    told = tally.count;
  }, 10);
  await agenda.start();
}

async function latency({ pushes }) {
  const started = new Map();
  agenda.define(NAME, (job) => started.set(job.attrs.data.number, performance.now()));
  await agenda.start();
  say({ ready: {} });
  await push(pushes);
  while (started.size < 1) await sleep(10);
  const called = [];
  const returned = [];
  for (let number = 0; number < pushes; number += 1) {
    await sleep(gapMillis(number));
    called.push(performance.now());
    await push(number);
    returned.push(performance.now());
  }
  while (started.size < pushes + 1) await sleep(10);
  const since = (moments) => moments.map((at, number) => Math.max(0, started.get(number) - at));
  say({ latencies: { from_call: since(called), from_return: since(returned) } });
  process.exit(0);
}

// The same gaps of 20 to 60 ms for every candidate, in no order.
function gapMillis(number) {
  return 20 + ((number * 7919) % 41);
}
