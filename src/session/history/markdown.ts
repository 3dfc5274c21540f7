import { isRecord } from "../../base/json";
import {
  cutText,
  describeTool,
  longestDetail,
} from "../../permission/describeTool";
import { promptOf } from "./promptText";
import { contentOf, messageIdOf, type StoredLine, textIn } from "./storedLine";

/**
 * Writes a conversation as Markdown, a line of its transcript at a time. Calls
 * of tools are folded, each with its result; so is thinking. Pictures are named,
 * not included: as data they would make a document that few programs open.
 */
export class MarkdownWriter {
  /** Calls whose results have not come yet. */
  readonly #calls = new Map<string, Call>();
  #speaker: "you" | "claude" | undefined;

  start(title: string): string {
    return `# ${title}\n`;
  }

  line(line: StoredLine): string {
    if (line.kind === "oversized") {
      return `\n_A message of ${megabytes(line.lengthBytes)} is left out._\n`;
    }
    if (messageIdOf(line) !== undefined) {
      return contentOf(line)
        .map((block) => this.#answer(block))
        .join("");
    }
    const results = contentOf(line)
      .filter(({ type }) => type === "tool_result")
      .map((block) => this.#result(block));
    return results.join("") + this.#prompt(line);
  }

  end(): string {
    return this.#unanswered();
  }

  #prompt(line: StoredLine): string {
    const prompt = promptOf(line);
    const pictures = contentOf(line).filter(({ type }) => type === "image");
    if (prompt === undefined && pictures.length === 0) {
      return "";
    }
    const words = [...(prompt?.split("\n") ?? []), ...pictures.map(picture)];
    const quoted = words.map((text) => `> ${text}`.trimEnd()).join("\n");
    return `${this.#unanswered()}${this.#heading("you")}\n${quoted}\n`;
  }

  #answer(block: Record<string, unknown>): string {
    const text = textIn(block, "text");
    const thinking = textIn(block, "thinking");
    if (block["type"] === "tool_use") {
      const input = isRecord(block["input"]) ? block["input"] : {};
      this.#calls.set(textIn(block, "id") ?? "", {
        name: textIn(block, "name") ?? "Tool",
        input,
      });
      return "";
    }
    if (block["type"] === "thinking" && thinking) {
      return this.#heading("claude") + folded("Thinking", [thinking]);
    }
    return block["type"] === "text" && text
      ? `${this.#heading("claude")}\n${text.trimEnd()}\n`
      : "";
  }

  #result(block: Record<string, unknown>): string {
    const id = textIn(block, "tool_use_id") ?? "";
    const call = this.#calls.get(id);
    if (!call) {
      return "";
    }
    this.#calls.delete(id);
    return this.#call(call, {
      text: resultText(block["content"]),
      isError: block["is_error"] === true,
    });
  }

  #call({ name, input }: Call, result: Result | undefined): string {
    const { summary, detail } = describeTool(name, input, "");
    const outcome =
      result === undefined ? " (no result)" : result.isError ? " (failed)" : "";
    return (
      this.#heading("claude") +
      folded(`${name}: ${summary}${outcome}`, [
        fenced(detail),
        ...(result ? [fenced(cutText(result.text, longestDetail))] : []),
      ])
    );
  }

  #unanswered(): string {
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    return calls.map((call) => this.#call(call, undefined)).join("");
  }

  #heading(speaker: "you" | "claude"): string {
    // Two prompts in a row are two; an answer is one, however many parts it has.
    const isSame = speaker === "claude" && this.#speaker === speaker;
    this.#speaker = speaker;
    return isSame ? "" : `\n## ${speaker === "you" ? "You" : "Claude"}\n`;
  }
}

interface Call {
  name: string;
  input: Record<string, unknown>;
}

interface Result {
  text: string;
  isError: boolean;
}

function folded(summary: string, parts: string[]): string {
  const title = summary.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const body = parts.map((part) => `${part.trimEnd()}\n`).join("\n");
  return `\n<details>\n<summary>${title}</summary>\n\n${body}\n</details>\n`;
}

/** In a fence that is longer than any in the text. */
function fenced(text: string): string {
  const longest = (text.match(/`+/g) ?? []).reduce(
    (length, run) => Math.max(length, run.length),
    2,
  );
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

/** A result is text, or a list of blocks. */
function resultText(content: unknown): string {
  if (typeof content === "string") {
    return content;
  }
  const blocks = Array.isArray(content) ? content.filter(isRecord) : [];
  return blocks
    .map((block) =>
      block["type"] === "image" ? picture(block) : textIn(block, "text"),
    )
    .filter((text) => text !== undefined)
    .join("\n");
}

function picture(block: Record<string, unknown>): string {
  const source = isRecord(block["source"]) ? block["source"] : {};
  const type = textIn(source, "media_type") ?? "image";
  const bytes = ((textIn(source, "data")?.length ?? 0) * 3) / 4;
  return `[Picture: ${type}, ${Math.max(1, Math.round(bytes / 1024))} KB]`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}
