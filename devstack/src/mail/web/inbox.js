// Mail is untrusted: everything is shown through textContent, HTML only in a sandboxed frame.
const at = (id) => document.getElementById(id);
const fetchJson = async (path) => {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
};

let opened = null;
let view = null;
let shown = "";

function entry(message) {
  const subject = document.createElement("strong");
  subject.textContent = message.subject || "(no subject)";
  const line = document.createElement("span");
  line.textContent = `${message.to} · ${new Date(message.received_at).toLocaleTimeString()}`;
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.id = message.id;
  button.setAttribute("aria-current", String(message.id === opened));
  button.append(subject, line);
  button.addEventListener("click", () => open(message.id));
  const item = document.createElement("li");
  item.append(button);
  return item;
}

function list(messages) {
  const key = messages.map((message) => message.id).join();
  at("count").textContent = messages.length || "";
  at("clear").hidden = at("messages").hidden = messages.length === 0;
  at("empty").hidden = messages.length > 0;
  if (key === shown) return;
  shown = key;
  const focused = document.activeElement?.dataset?.id;
  at("messages").replaceChildren(...messages.toReversed().map(entry));
  if (focused) document.querySelector(`nav button[data-id="${CSS.escape(focused)}"]`)?.focus();
}

// Only web addresses become links.
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"]+)/).map((piece, index) => {
    if (index % 2 === 0) return document.createTextNode(piece);
    const link = document.createElement("a");
    link.href = link.textContent = piece;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    return link;
  });
}

async function open(id) {
  const message = await fetchJson(`api/messages/${encodeURIComponent(id)}`);
  opened = id;
  for (const button of document.querySelectorAll("nav button")) {
    button.setAttribute("aria-current", String(button.dataset.id === id));
  }
  at("subject").textContent = message.subject || "(no subject)";
  at("from").textContent = message.from;
  at("to").textContent = message.to;
  at("received").textContent = new Date(message.received_at).toLocaleString();
  at("received").dateTime = message.received_at;
  at("html").srcdoc = `<base target="_blank">${message.html ?? ""}`;
  at("text").replaceChildren(...linked(message.text ?? ""));
  at("headers").textContent = message.headers.map(({ name, value }) => `${name}: ${value}`).join("\n");
  document.querySelector("[data-view=html]").hidden = message.html === null;
  document.querySelector("[data-view=text]").hidden = message.text === null;
  at("message").hidden = false;
  const lacks = view === null || (view !== "headers" && message[view] === null);
  show(lacks ? (message.html === null ? "text" : "html") : view);
}

function show(name) {
  for (const tab of document.querySelectorAll("#tabs button")) {
    const isChosen = tab.dataset.view === name;
    tab.setAttribute("aria-selected", String(isChosen));
    at(tab.dataset.view).hidden = !isChosen;
  }
}

function describe({ mode, code, recipient }) {
  const what = { reject: `refuses with ${code ?? 550}`, down: "is down", stall: "keeps senders waiting" }[mode];
  at("behaviour").hidden = mode === "ok";
  at("behaviour").textContent = `The mail server ${what}${recipient ? ` for ${recipient}` : ""}`;
}

async function refresh() {
  try {
    const [messages, behaviour] = await Promise.all([fetchJson("api/messages"), fetchJson("api/behaviour")]);
    list(messages);
    describe(behaviour);
  } catch {
    at("behaviour").hidden = false;
    at("behaviour").textContent = "The stack is not running";
  }
}

for (const tab of document.querySelectorAll("#tabs button")) {
  tab.addEventListener("click", () => show((view = tab.dataset.view)));
}
at("clear").addEventListener("click", async () => {
  await fetch("api/messages", { method: "DELETE" });
  opened = null;
  at("message").hidden = true;
  await refresh();
});

refresh();
setInterval(refresh, 1500);
