import type { Usage } from "../../cli/wire/fields";
import type { InitLine, StatusLine } from "../../cli/wire/systemLines";
import type { RateLimitLine, ResultLine } from "../../cli/wire/turnLines";
import type {
  ContextMeter,
  ConversationEvent,
} from "../../protocol/conversation";

type Info = Omit<Extract<ConversationEvent, { type: "info" }>, "type">;

/** What the CLI says about itself, told when it changes: it repeats most of it every turn. */
export class Facts {
  readonly #told = new Map<string, string>();
  #context: ContextMeter | undefined;
  /** What the last request was worth, in tokens. */
  #input = 0;

  init(line: InitLine): ConversationEvent[] {
    return this.#tell({
      model: line.model ?? undefined,
      permissionMode: line.permissionMode ?? undefined,
      cliVersion: line.claude_code_version ?? undefined,
      sessionId: line.session_id ?? undefined,
      tools: line.tools ?? undefined,
      mcpServers: line.mcp_servers ?? undefined,
    });
  }

  status(line: StatusLine): ConversationEvent[] {
    return this.#tell({ permissionMode: line.permissionMode ?? undefined });
  }

  /** Of the agent's own last request: that is what the next one begins with. */
  used(usage: Usage | null | undefined): ConversationEvent[] {
    const { input_tokens: input, output_tokens: output } = usage ?? {};
    if (input == null) {
      return output == null || !this.#context ? [] : this.#add(output);
    }
    const cached =
      (usage?.cache_read_input_tokens ?? 0) +
      (usage?.cache_creation_input_tokens ?? 0);
    this.#input = input + cached;
    return this.#add(output ?? 0);
  }

  /** The conversation was shrunk to this. */
  shrunk(tokens: number | null | undefined): ConversationEvent[] {
    this.#input = tokens ?? this.#input;
    return tokens == null ? [] : this.#add(0);
  }

  /** A model that has answered says how much it can take in. */
  window({ modelUsage }: ResultLine): ConversationEvent[] {
    const model = this.#told.get("model");
    const windows = Object.entries(modelUsage ?? {});
    const [, used] =
      windows.find(([name]) => JSON.stringify(name) === model) ??
      windows.at(-1) ??
      [];
    if (used?.contextWindow == null || !this.#context) {
      return [];
    }
    return this.#meter({ ...this.#context, windowTokens: used.contextWindow });
  }

  reset(): void {
    this.#context = undefined;
  }

  #add(output: number): ConversationEvent[] {
    return this.#meter({
      usedTokens: this.#input + output,
      windowTokens: this.#context?.windowTokens ?? null,
    });
  }

  #meter(context: ContextMeter): ConversationEvent[] {
    const before = this.#context;
    this.#context = context;
    return before?.usedTokens === context.usedTokens &&
      before.windowTokens === context.windowTokens
      ? []
      : [{ type: "context", context }];
  }

  #tell(info: { [K in keyof Info]: Info[K] | undefined }): ConversationEvent[] {
    const news = Object.entries(info).filter(([key, value]) => {
      const text = JSON.stringify(value);
      const isNew = value !== undefined && this.#told.get(key) !== text;
      if (isNew) {
        this.#told.set(key, text);
      }
      return isNew;
    });
    return news.length === 0
      ? []
      : [{ type: "info", ...Object.fromEntries(news) }];
  }
}

export function rateLimitOf({
  rate_limit_info: info,
}: RateLimitLine): ConversationEvent {
  const { status, resetsAt, rateLimitType, utilization } = info;
  return {
    type: "rateLimit",
    rateLimit: {
      status,
      kind: rateLimitType ?? null,
      resetsAt: resetsAt == null ? null : resetsAt * 1000,
      used: utilization ?? null,
    },
  };
}
