import type { Ask } from "../protocol/conversation";
import { describeTool } from "./describeTool";

/** The parts of the CLI's `can_use_tool` request that an ask is made of. */
export interface ToolRequest {
  tool_name: string;
  input: Record<string, unknown>;
  tool_use_id: string;
  decision_reason?: string | null | undefined;
}

export type Decision = "allow" | "deny";

/** An ask is known by the CLI's request id, so that an answer finds its way back. */
export function askOf(
  requestId: string,
  request: ToolRequest,
  folder: string,
  askedAt: number,
): Ask {
  return {
    id: requestId,
    toolUseId: request.tool_use_id,
    toolName: request.tool_name,
    ...describeTool(request.tool_name, request.input, folder),
    reason: request.decision_reason ?? null,
    askedAt,
  };
}

/**
 * The CLI's answer format over stdio. A deny without a message becomes a tool
 * error, so the agent is always told who said no.
 */
export function stdioResponse(
  decision: Decision,
  input: Record<string, unknown>,
): Record<string, unknown> {
  return decision === "allow"
    ? { behavior: "allow", updatedInput: input }
    : {
        behavior: "deny",
        message: "The user denied this tool call in the editor.",
      };
}
