// Keeps the figures of the overview up to date by the server's events. The server wrote every word of
// the page already: what does not hold is hidden.
import { listen } from "./console.js";

const KEPT = 60;
const SVG = "http://www.w3.org/2000/svg";
const root = document.getElementById("overview");
const locale = document.documentElement.lang || "en";
const numbers = new Intl.NumberFormat(locale);
const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
const depths = new Map();

function show(element, isShown) {
  if (element) element.hidden = !isShown;
}

function write(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

// As the server writes it, in the two largest units.
function age(ms) {
  let rest = Math.floor(ms / 1000);
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const largest = units.findIndex(([, length]) => rest >= length || length === 1);
  const parts = units.slice(largest, largest + 2).map(([unit, length]) => {
    const count = Math.floor(rest / length);
    rest %= length;
    return { unit, count };
  });
  const told = parts.filter(({ count }, index) => count > 0 || index === 0);
  return told.map(({ unit, count }) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(count)).join(" ");
}

// The state of the connection: live, lost or unavailable.
function showConnection(state) {
  for (const element of document.querySelectorAll("[data-connection]")) {
    show(element, element.dataset.connection === state);
  }
}

function showState(place, state) {
  for (const element of place.querySelectorAll("[data-state]")) {
    show(element, element.dataset.state === state);
  }
}

// Changes that somebody has to hear of are said once, in one sentence each.
function announce(sentences) {
  if (sentences.length > 0) {
    document.getElementById("announcements").textContent = sentences.join(" ");
  }
}

function showMailServer(server) {
  const place = document.getElementById("mail-server");
  const said = [];
  showState(place, server.state);
  for (const element of place.querySelectorAll("[data-circuit]")) {
    const holds = element.dataset.circuit === server.state;
    if (holds && element.hidden) said.push(element.textContent);
    show(element, holds);
  }
  write(place.querySelector('[data-mail="failures"]'), numbers.format(server.failures));
  if (server.reason) write(place.querySelector('[data-mail="reason"]'), server.reason);
  return said;
}

function showAlarms(alarms) {
  const said = [];
  let count = 0;
  for (const element of root.querySelectorAll("[data-alarm]")) {
    const { alarm, ofQueue = null } = element.dataset;
    const isRaised = alarms.some(({ kind, queue, raised }) => raised && kind === alarm && queue === ofQueue);
    if (isRaised && element.hidden) said.push(element.textContent.trim());
    show(element, isRaised);
    count += isRaised ? 1 : 0;
  }
  show(document.getElementById("no-alarms"), count === 0);
  return said;
}

function showQueue(queue) {
  const row = root.querySelector(`[data-queue="${CSS.escape(queue.name)}"]`);
  if (!row) return;
  const values = { ...queue.counts, ...queue.rates, workers: queue.workers };
  for (const cell of row.querySelectorAll("[data-value]")) {
    const name = cell.dataset.value;
    if (name === "oldest") {
      const ms = queue.oldest_unfinished_ms;
      write(cell, ms === null ? cell.dataset.none : age(ms));
    } else if (name in values) {
      write(cell, numbers.format(values[name]));
    }
  }
  showState(row, queue.state);
  showDepth(row.querySelector("[data-trend]"), queue);
}

function showDepth(place, queue) {
  const { scheduled, ready, running } = queue.counts;
  const known = [...(depths.get(queue.name) ?? []), scheduled + ready + running].slice(-KEPT);
  depths.set(queue.name, known);
  if (place) place.replaceChildren(line(known));
}

// A line of what was, newest at the right.
function line(numbers) {
  const most = Math.max(1, ...numbers);
  const points = numbers.map((number, index) => {
    const x = 120 - (numbers.length - 1 - index) * (120 / (KEPT - 1));
    return `${x.toFixed(1)},${(23 - 22 * (number / most)).toFixed(1)}`;
  });
  const svg = document.createElementNS(SVG, "svg");
  const drawn = document.createElementNS(SVG, "polyline");
  const attributes = { viewBox: "0 0 120 24", width: "120", height: "24", class: "trend", "aria-hidden": "true" };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  drawn.setAttribute("points", points.join(" "));
  drawn.setAttribute("fill", "none");
  drawn.setAttribute("stroke", "currentColor");
  svg.append(drawn);
  return svg;
}

function showWorkers(workers) {
  for (const element of root.querySelectorAll("[data-workers]")) {
    const state = element.dataset.workers;
    const count = workers.filter((worker) => worker.state === state).length;
    write(element, numbers.format(count));
  }
}

// With seconds from the first look on, so that what is beside it does not move with the first event.
function showMoment(at) {
  const element = document.querySelector("[data-overview-at] time");
  element.dateTime = at;
  element.title = at;
  write(element, moment.format(new Date(at)));
}

function showOverview(overview) {
  showConnection("live");
  const said = [...showMailServer(overview.mail_server), ...showAlarms(overview.alarms)];
  overview.queues.forEach(showQueue);
  showWorkers(overview.workers);
  showMoment(overview.at);
  announce(said);
}

for (const element of document.querySelectorAll(".trend-column")) show(element, true);
showMoment(document.querySelector("[data-overview-at]").dataset.overviewAt);
const stream = listen(root.dataset.events, {
  overview: showOverview,
  unavailable: () => showConnection("unavailable"),
  lost: () => showConnection("lost"),
  end: ({ reason }) => {
    // After any other reason the stream is opened again.
    if (reason !== "session_ended") return;
    stream.close();
    location.reload();
  },
});
