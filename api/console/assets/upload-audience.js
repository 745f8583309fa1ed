// Whom documents are meant for: addresses as chips, groups, or everyone; and whom that reaches.

import { word } from "./upload-words.js";

const SEPARATORS = /[\s,;]+/;
const DELAY_MS = 300;

/** What is wrong with the audience, to be shown beside it. */
export class AudienceFault extends Error {}

/** The part of the form that says whom documents are meant for. */
export class Audience {
  #form;
  #text;
  #list = document.createElement("ul");
  #entry = document.createElement("input");
  #check = document.createElement("input");
  #chips = new Map();
  #fault = document.createElement("p");
  #timer = null;
  #asked = 0;

  constructor(form) {
    this.#form = form;
    this.#text = document.getElementById("recipients");
    this.#check.type = "email";
    this.#build();
    this.#take(this.#text.value);
    document.getElementById("audience").addEventListener("change", () => this.#changed());
    this.#changed();
  }

  /** What an upload says of it, and the same for people to read. */
  async read() {
    this.#take(this.#entry.value);
    const chosen = this.#word();
    if (!chosen) throw new AudienceFault(word("no-audience"));
    if (chosen === "recipients" && this.#list.querySelector("[data-wrong]")) throw new AudienceFault(word("no-address"));
    const fault = await this.#ask();
    if (fault) throw new AudienceFault(fault);
    if (chosen === "everyone") return { metadata: { audience: "everyone" }, text: word("everyone") };
    const groups = this.#groups();
    const metadata = { recipients: [...this.#chips.keys(), ...groups.map((it) => it.value)].join(",") };
    return { metadata, text: [...groups.map((it) => it.dataset.name), ...this.#chips.keys()].join(", ") };
  }

  /** Shows what is wrong. */
  show(fault) {
    this.#fault.textContent = fault;
    this.#fault.hidden = !fault;
    if (!fault) return;
    const field = this.#word() === "recipients" ? this.#entry : this.#form.querySelector("[name=audience]");
    field.focus();
  }

  #build() {
    this.#list.className = "chips";
    this.#entry.type = "text";
    this.#entry.inputMode = "email";
    this.#entry.autocomplete = "off";
    this.#entry.spellcheck = false;
    this.#entry.id = "recipient";
    this.#entry.setAttribute("aria-describedby", "recipients-hint audience-said");
    this.#fault.id = "audience-said";
    this.#fault.className = "error";
    this.#fault.setAttribute("role", "alert");
    this.#fault.hidden = true;
    document.querySelector("label[for=recipients]").htmlFor = "recipient";
    const hint = document.getElementById("recipients-hint");
    hint.textContent = hint.dataset.chips;
    this.#text.hidden = true;
    this.#text.before(this.#list, this.#entry);
    document.getElementById("reach").before(this.#fault);
    document.getElementById("show-reach").hidden = true;
    this.#entry.addEventListener("keydown", (event) => this.#key(event));
    this.#entry.addEventListener("blur", () => this.#take(this.#entry.value));
    this.#entry.addEventListener("paste", (event) => {
      event.preventDefault();
      this.#take(this.#entry.value + event.clipboardData.getData("text"));
    });
  }

  #key(event) {
    if (event.isComposing) return;
    if (["Enter", ",", ";", " "].includes(event.key) && this.#entry.value) {
      event.preventDefault();
      this.#take(this.#entry.value);
    } else if (event.key === "Enter") {
      event.preventDefault();
    } else if (event.key === "Backspace" && !this.#entry.value) {
      this.#remove([...this.#chips.keys()].at(-1));
    }
  }

  /** Makes chips of the addresses in `text`. */
  #take(text) {
    this.#entry.value = "";
    for (const address of text.split(SEPARATORS).filter(Boolean)) this.#add(address);
    this.#changed();
  }

  #add(address) {
    if (this.#chips.has(address)) return;
    const chip = document.createElement("li");
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", `${word("remove")}: ${address}`);
    remove.addEventListener("click", () => {
      this.#remove(address);
      this.#entry.focus();
    });
    chip.append(address, " ", remove);
    this.#check.value = address;
    if (!this.#check.checkValidity()) {
      chip.dataset.wrong = "";
      chip.title = word("no-address");
    }
    this.#chips.set(address, chip);
    this.#list.append(chip);
  }

  #remove(address) {
    this.#chips.get(address)?.remove();
    this.#chips.delete(address);
    this.#changed();
  }

  #changed() {
    this.#text.value = [...this.#chips.keys()].join("\n");
    const isEveryone = this.#word() === "everyone";
    const isWrong = !isEveryone && this.#list.querySelector("[data-wrong]") !== null;
    this.#entry.setAttribute("aria-invalid", String(isWrong));
    this.show("");
    if (isWrong) {
      this.#fault.textContent = word("no-address");
      this.#fault.hidden = false;
    }
    document.getElementById("recipients-part").hidden = isEveryone;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), DELAY_MS);
  }

  /** Shows whom it reaches, as the service tells it; what is wrong with it, if anything. */
  async #ask() {
    const number = ++this.#asked;
    const place = document.getElementById("reach");
    const isSaid = this.#word() === "everyone" || this.#chips.size > 0 || this.#groups().length > 0;
    if (!this.#word() || !isSaid) {
      place.replaceChildren();
      return this.#word() ? word("no-audience") : null;
    }
    try {
      const { ok, nodes } = await this.#reach();
      if (number === this.#asked) place.replaceChildren(...nodes);
      return ok ? null : nodes.map((node) => node.textContent).join(" ").trim();
    } catch {
      // Without an answer the upload itself tells what is wrong.
      return null;
    }
  }

  async #reach() {
    const said = new URLSearchParams({ csrf: this.#form.elements.csrf.value, audience: this.#word() });
    if (this.#word() === "recipients") {
      said.append("recipients", this.#text.value);
      for (const group of this.#groups()) said.append("recipients", group.value);
    }
    const headers = { "X-CSRF-Token": document.querySelector("meta[name=csrf]").content };
    const answer = await fetch("/upload/audience", { method: "POST", body: said, headers });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById("reach");
    if (answer.redirected || !found) throw new Error("no answer");
    return { ok: answer.ok, nodes: [...document.importNode(found, true).childNodes] };
  }

  #word() {
    return this.#form.querySelector("[name=audience]:checked")?.value;
  }

  #groups() {
    return [...this.#form.querySelectorAll("[type=checkbox][name=recipients]:checked")];
  }
}
