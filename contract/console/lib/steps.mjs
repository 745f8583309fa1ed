// Tells what is done, a line a step, and how long it took.

/** Runs `step`, and tells that it was done. */
export async function step(what, run) {
  const begin = performance.now();
  try {
    return await run();
  } catch (error) {
    error.message = `${what}: ${error.message}`;
    throw error;
  } finally {
    console.log(`${((performance.now() - begin) / 1000).toFixed(1).padStart(7)} s  ${what}`);
  }
}
