import type {
  HookResponseLine,
  HookStartedLine,
} from "../../cli/wire/systemLines";
import { cutText, longestDetail } from "../../permission/describeTool";
import type { ConversationEvent } from "../../protocol/conversation";
import type { HookItem } from "../../protocol/items";

/** A hook that exits with this forbids what it was asked about. */
const blockingCode = 2;

/** The command hooks that the CLI runs. */
export class Hooks {
  readonly #running = new Map<string, HookItem>();

  constructor(private readonly idPrefix: string) {}

  start(line: HookStartedLine, now: number): ConversationEvent {
    const hook: HookItem = {
      kind: "hook",
      id: `${this.idPrefix}:hook:${line.hook_id}`,
      name: line.hook_name,
      event: line.hook_event,
      status: "running",
      exitCode: null,
      output: "",
      startedAt: now,
      durationMs: null,
    };
    this.#running.set(line.hook_id, hook);
    return { type: "item", item: hook };
  }

  end(line: HookResponseLine, now: number): ConversationEvent {
    const { hook_id: id, hook_name, hook_event, stdout, stderr } = line;
    const started = this.#running.get(id);
    this.#running.delete(id);
    const startedAt = started?.startedAt ?? now;
    const output = [stdout ?? "", stderr ?? ""].filter((text) => text !== "");
    return {
      type: "item",
      item: {
        kind: "hook",
        id: `${this.idPrefix}:hook:${id}`,
        name: hook_name,
        event: hook_event,
        status: statusOf(line),
        exitCode: line.exit_code ?? null,
        output: cutText(output.join("\n"), longestDetail),
        startedAt,
        durationMs: Math.max(0, now - startedAt),
      },
    };
  }

  /** The process is gone, and so are its hooks. */
  processEnded(now: number): ConversationEvent[] {
    const hooks = [...this.#running.values()];
    this.#running.clear();
    return hooks.map((hook) => ({
      type: "item",
      item: {
        ...hook,
        status: "failed",
        durationMs: Math.max(0, now - hook.startedAt),
      },
    }));
  }

  get oldest(): HookItem | undefined {
    return this.#running.values().next().value;
  }
}

function statusOf({ outcome, exit_code }: HookResponseLine) {
  if (outcome === "success") {
    return "done";
  }
  return exit_code === blockingCode ? "blocked" : "failed";
}
