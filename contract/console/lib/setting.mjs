// What the stack tells of itself, as `cargo dev env` prints it.

import assert from "node:assert/strict";

/** The environment variable `name`, which has to be set. */
export function setting(name) {
  const value = process.env[name];
  assert(value, `${name} is not set: contract/console/run sets it`);
  return value;
}

/** A login of the stack: of "OPS", "ADMIN" or "CLIENT". */
export function login(role) {
  return { email: setting(`${role}_EMAIL`), password: setting(`${role}_PASSWORD`) };
}

/** Whether less is done, so that it takes less time. */
export const IS_QUICK = process.argv.includes("--quick");
