// The stack's API as a process, which can be killed and started again.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { eventually } from "./eventually.mjs";
import { setting } from "./setting.mjs";

async function recordOfStack() {
  const record = await readFile(`${setting("STATE_DIR")}/stack.json`, "utf8");
  return JSON.parse(record).processes.find(({ name }) => name === "api");
}

/** The environment of a process, with the keys of the stack. */
async function environmentOf(pid) {
  const text = await readFile(`/proc/${pid}/environ`, "utf8");
  const split = (line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)];
  return Object.fromEntries(text.split("\0").filter(Boolean).map(split));
}

async function isGone(pid) {
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return !status || /\) Z /.test(status);
}

/** The API of the stack. The supervisor of the stack does not start it again by itself. */
export class ApiProcess {
  #pid;
  #program;
  #env;
  #child = null;

  static async ofStack() {
    const api = new ApiProcess();
    const { pid, program } = await recordOfStack();
    api.#pid = pid;
    api.#program = program;
    api.#env = await environmentOf(pid);
    return api;
  }

  /** Kills it, without any warning. */
  async kill() {
    process.kill(this.#pid, "SIGKILL");
    await eventually("the API is gone", () => isGone(this.#pid));
  }

  /** Starts it with the settings that it had, and waits until it is ready. */
  async start() {
    const log = openSync(`${setting("STATE_DIR")}/logs/api-again.log`, "a");
    this.#child = spawn(this.#program, ["serve"], { env: this.#env, stdio: ["ignore", log, log] });
    this.#pid = this.#child.pid;
    await eventually("the API is ready", async () => {
      const answer = await fetch(`${setting("API_URL")}/readyz`).catch(() => null);
      return answer?.ok;
    });
  }

  /** Ends the one that was started here. */
  async stop() {
    if (!this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
  }
}
