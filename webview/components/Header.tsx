import { memo } from "react";
import type { Activity, Conversation } from "../../src/protocol/conversation";
import { baseName } from "../format";
import { modelWords, modeWords } from "../factWords";
import { Elapsed } from "./Elapsed";

const activityWords: Record<Activity, string> = {
  idle: "Ready",
  starting: "Starting…",
  running: "Running",
  waiting: "Waiting for your answer",
  stopping: "Stopping…",
  ended: "Ended",
};

interface HeaderProps {
  folder: string;
  model: Conversation["model"];
  permissionMode: Conversation["permissionMode"];
  activity: Activity;
  /** When the last prompt was sent, ms since 1970. */
  since: number | null;
}

/** Where the agent works, as what, and what it does just now. */
export const Header = memo(function Header({
  folder,
  model,
  permissionMode,
  activity,
  since,
}: HeaderProps) {
  const facts = [
    { what: "Folder", text: folder && baseName(folder), title: folder },
    {
      what: "Model",
      text: model && modelWords(model),
      title: `Model: ${model}`,
    },
    {
      what: "Permission mode",
      text: permissionMode && modeWords(permissionMode),
      title: `Permission mode: ${permissionMode}`,
    },
  ];
  return (
    <header className="header">
      <span className="facts">
        {facts
          .filter((fact) => fact.text)
          .map(({ what, text, title }) => (
            <span key={what} className="fact" title={title}>
              <span className="only-heard">{what}: </span>
              {text}
            </span>
          ))}
      </span>
      <span
        className={`activity activity-${activity}`}
        data-testid="activity"
        data-activity={activity}
      >
        {activityWords[activity]}
        {activity === "running" && since !== null && (
          <Elapsed since={since} lead=" · " />
        )}
      </span>
    </header>
  );
});
