// @ts-check
// Named gates at which a streamed answer waits, so that a test can act in its middle without guessing times.

/**
 * @typedef {object} Gates
 * @property {(name: string, givenUp: AbortSignal) => Promise<void>} wait Also resolves when it is given up.
 * @property {(name: string) => void} open Lets through all who wait, or else the next one to come.
 * @property {(name: string) => Promise<void>} reached Resolves when somebody waits there.
 */

/** @returns {Gates} */
export function createGates() {
  /** @type {Queues} */
  const waiting = new Map();
  /** @type {Queues} */
  const watching = new Map();
  /** @type {Set<string>} */
  const openedEarly = new Set();
  return {
    async wait(name, givenUp) {
      release(watching, name);
      if (openedEarly.delete(name) || givenUp.aborted) return;
      await new Promise((resolve) => {
        const pass = () => resolve(undefined);
        enter(waiting, name, pass);
        givenUp.addEventListener("abort", () => {
          leave(waiting, name, pass);
          pass();
        });
      });
    },
    open(name) {
      if (waiting.has(name)) release(waiting, name);
      else openedEarly.add(name);
    },
    async reached(name) {
      if (waiting.has(name)) return;
      await new Promise((resolve) => {
        enter(watching, name, () => resolve(undefined));
      });
    },
  };
}

/** @typedef {Map<string, (() => void)[]>} Queues */

/**
 * @param {Queues} queues
 * @param {string} name
 * @param {() => void} pass
 */
function enter(queues, name, pass) {
  queues.set(name, [...(queues.get(name) ?? []), pass]);
}

/**
 * @param {Queues} queues
 * @param {string} name
 * @param {() => void} pass
 */
function leave(queues, name, pass) {
  const others = (queues.get(name) ?? []).filter((other) => other !== pass);
  if (others.length > 0) queues.set(name, others);
  else queues.delete(name);
}

/**
 * @param {Queues} queues
 * @param {string} name
 */
function release(queues, name) {
  for (const pass of queues.get(name) ?? []) pass();
  queues.delete(name);
}
