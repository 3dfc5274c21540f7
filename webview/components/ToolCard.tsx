import type { TranscriptItem } from "../../src/protocol/conversation";
import { formatDuration } from "../format";
import { Icon } from "../icons/Icon";
import type { IconName } from "../icons/iconPaths";
import { toolIcon, toolTitle } from "../toolNames";
import { visibleText } from "../visibleText";
import { Diff, DiffCount } from "./Diff";
import { Elapsed } from "./Elapsed";
import { Folded } from "./Folded";
import { MonoBlock } from "./MonoBlock";
import { OutputBlock } from "./OutputBlock";
import { ToolImages } from "./ToolImages";

type Tool = Extract<TranscriptItem, { kind: "tool" }>;

const statusIcons: Record<Tool["status"], IconName> = {
  preparing: "spinner",
  running: "spinner",
  done: "check",
  failed: "error",
  denied: "circleSlash",
  interrupted: "interrupted",
};

const statusWords: Record<Tool["status"], string> = {
  preparing: "Preparing",
  running: "Running",
  done: "Done",
  failed: "Failed",
  denied: "Denied",
  interrupted: "Interrupted",
};

/** One use of a tool: a line that opens to its input and its output. */
export function ToolCard({
  tool,
  isAsking,
  steps,
}: {
  tool: Tool;
  isAsking: boolean;
  /** How many rows a subagent has made; they are below while the card is open. */
  steps: number;
}) {
  const isWaiting = isAsking && tool.status === "running";
  const status = isWaiting
    ? "Waiting for your answer"
    : statusWords[tool.status];
  return (
    <div
      className={`tool tool-${tool.status}`}
      data-testid="tool"
      data-status={tool.status}
      data-tool={tool.name}
    >
      <Folded
        foldKey={tool.id}
        className="tool-fold"
        line={
          <>
            <Icon name={toolIcon(tool.name)} />
            <span className="tool-name" title={tool.name}>
              {toolTitle(tool.name)}
            </span>
            <code className="tool-summary" title={visibleText(tool.summary)}>
              {visibleText(tool.summary)}
              {tool.status === "running" && tool.task?.activity && (
                <> · {visibleText(tool.task.activity)}</>
              )}
            </code>
            {tool.patch && <DiffCount patch={tool.patch} />}
            {steps > 0 && (
              <span className="tool-steps">
                {steps === 1 ? "1 step" : `${steps} steps`}
              </span>
            )}
            <ToolTime tool={tool} isWaiting={isWaiting} />
            <span className="tool-status" title={status}>
              <Icon name={isWaiting ? "clock" : statusIcons[tool.status]} />
              <span className="only-heard">{status}</span>
            </span>
          </>
        }
      >
        {tool.patch ? (
          <Diff patch={tool.patch} />
        ) : (
          <MonoBlock label="Input" text={tool.detail || tool.summary} />
        )}
        {tool.output !== null && <OutputBlock text={tool.output} />}
        {tool.images && <ToolImages images={tool.images} />}
      </Folded>
    </div>
  );
}

function ToolTime({ tool, isWaiting }: { tool: Tool; isWaiting: boolean }) {
  if (tool.status === "denied") {
    // It never ran; the time that the answer took is not its own.
    return null;
  }
  if (tool.durationMs !== null) {
    return <span className="tool-time">{formatDuration(tool.durationMs)}</span>;
  }
  return tool.status === "running" && !isWaiting ? (
    <span className="tool-time">
      <Elapsed since={tool.startedAt} />
    </span>
  ) : null;
}
