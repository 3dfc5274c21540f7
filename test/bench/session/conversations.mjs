// @ts-check
import { randomUUID } from "node:crypto";
import { loadProduct } from "../lib/product.mjs";

/** @typedef {import("../../../src/session/session").Session} Session */
/** @typedef {import("../../../src/protocol/conversation").ConversationEvent} ConversationEvent */

const limitMs = 30_000;

/**
 * The extension's own conversations, without an editor: all that lies between
 * a prompt and the event that a view gets.
 * @param {{path: string, cwd: string, env: NodeJS.ProcessEnv}} cli
 */
export async function openConversations({ path, cwd, env }) {
  const product = await loadProduct();
  const { systemClock: clock, nullLogger: log } = product;
  const broker = new product.PermissionBroker({ clock });
  const nothing = () => product.toDisposable(() => {});
  const bus = { publish: async () => true, onDidReceive: nothing };
  const locks = new product.SessionLocks({ key: randomUUID(), bus, clock });
  /** @type {import("../../../src/cli/cliProcess").CliProcess[]} */
  const processes = [];
  const registry = new product.SessionRegistry({
    ...{ broker, locks, clock, log, newId: randomUUID, onHook: () => {} },
    onEvent: () => {},
    storage: { load: async () => [], save: () => {}, flush: async () => {} },
    idle: { minutes: () => 0, onDidChange: nothing },
    startCli: async (start) => {
      const hookEvents = product.chatHookEvents;
      const options = { ...start, path, env, hookEvents };
      const one = new product.CliProcess({ clock, log }, options);
      processes.push(one);
      return one;
    },
  });
  return {
    create: () => registry.create(cwd),
    /** Resolves when the process has been greeted. */
    async prewarm() {
      const count = processes.length;
      registry.prewarm(cwd);
      while (!processes[count]?.facts)
        await new Promise((resolve) => setTimeout(resolve, 5));
    },
    async close() {
      await registry.stop();
      registry.dispose();
      locks.dispose();
      broker.dispose();
    },
  };
}

/**
 * Sends a prompt and sees its turn through.
 * @param {Session} session
 * @param {string} text
 * @returns {Promise<number>} From the call to the event of the first words, ms.
 */
export async function firstDeltaMs(session, text) {
  const sentMs = performance.now();
  const delta = first(session, ({ type }) => type === "delta");
  const end = first(
    session,
    (event) => event.type === "activity" && event.activity === "idle",
  );
  session.send(randomUUID(), text);
  const deltaMs = (await delta) - sentMs;
  await end;
  return deltaMs;
}

/**
 * @param {Session} session
 * @param {(event: ConversationEvent) => boolean} isIt
 * @returns {Promise<number>} When the first event came that fits.
 */
function first(session, isIt) {
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer);
      subscription.dispose();
    };
    const timer = setTimeout(() => {
      done();
      reject(new Error(`${limitMs} ms passed.`));
    }, limitMs);
    const subscription = session.onDidEvent((event) => {
      if (!isIt(event)) return;
      const nowMs = performance.now();
      done();
      resolve(nowMs);
    });
  });
}
