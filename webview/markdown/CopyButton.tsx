import { useEffect, useState } from "react";
import { useChat } from "../chat";
import { Icon } from "../icons/Icon";

const shownMs = 1500;
const words = { ready: "Copy", done: "Copied", failed: "Could not copy" };

/** Copies a text and says for a moment whether that went well. */
export function CopyButton({ text }: { text: string }) {
  const { clock } = useChat();
  const [state, setState] = useState<keyof typeof words>("ready");
  useEffect(() => {
    if (state === "ready") {
      return;
    }
    const timer = clock.schedule(shownMs, () => setState("ready"));
    return () => timer.dispose();
  }, [clock, state]);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setState("done"),
      () => setState("failed"),
    );
  };
  return (
    <button
      type="button"
      className="icon-button copy"
      onClick={copy}
      aria-label={words[state]}
      title={words[state]}
    >
      <Icon
        name={
          state === "ready" ? "copy" : state === "done" ? "check" : "warning"
        }
      />
    </button>
  );
}
