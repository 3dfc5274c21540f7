import type { ReactNode } from "react";
import type { ChatAction, Readiness } from "../../src/protocol/chatMessages";
import { useChat } from "../chat";
import { Icon } from "../icons/Icon";
import type { IconName } from "../icons/iconPaths";
import { Folded } from "./Folded";

type Hindrance = Exclude<Readiness, { kind: "ready" }>;

interface CardWords {
  icon: IconName;
  title: string;
  text: string;
  buttons: { action: ChatAction; label: string }[];
}

const cards: Record<Hindrance["kind"], CardWords> = {
  noFolder: {
    icon: "file",
    title: "No folder is open",
    text: "Open the folder that Claude should work in.",
    buttons: [{ action: "openFolder", label: "Open Folder" }],
  },
  untrusted: {
    icon: "shield",
    title: "This folder is not trusted",
    text: "Trust this workspace to let Claude run here; until then nothing is started in it.",
    buttons: [{ action: "manageTrust", label: "Manage Workspace Trust" }],
  },
  noCli: {
    icon: "terminal",
    title: "The Claude CLI was not found",
    text: "Install Claude Code, or set the path of the claude program if you have it already; then look again.",
    buttons: [
      { action: "installCli", label: "Install Claude Code" },
      { action: "setCliPath", label: "Set Its Path" },
      { action: "checkCliAgain", label: "Look Again" },
    ],
  },
};

/** Why no prompt can be sent now, and the button that mends it. */
export function ReadinessCard({ readiness }: { readiness: Hindrance }) {
  const chat = useChat();
  const { icon, title, text, buttons } = cards[readiness.kind];
  return (
    <section
      className="readiness"
      data-testid="readiness"
      data-kind={readiness.kind}
      aria-label={title}
    >
      <h2>
        <Icon name={icon} />
        {title}
      </h2>
      <p>{text}</p>
      <div className="readiness-buttons">
        {buttons.map(({ action, label }, index) => (
          <button
            key={action}
            type="button"
            className={index === 0 ? "button primary" : "button secondary"}
            onClick={() => chat.act(action)}
          >
            {label}
          </button>
        ))}
      </div>
      {readiness.kind === "noCli" && <Looked places={readiness.looked} />}
    </section>
  );
}

function Looked({ places }: { places: string[] }): ReactNode {
  return (
    <Folded foldKey="looked" className="looked" line="Where it was looked for">
      <ul>
        {places.map((place) => (
          <li key={place}>
            <code>{place}</code>
          </li>
        ))}
      </ul>
    </Folded>
  );
}
