import type { FromWebview } from "../protocol/chatMessages";

/** What the webview can ask for, beside the bridge's own hello and ack. */
export type WebviewRequest = Exclude<FromWebview, { type: "hello" | "ack" }>;

/** One handler for each kind of message; a kind without one does not compile. */
export type WebviewHandlers = {
  [Type in WebviewRequest["type"]]: (
    message: Extract<WebviewRequest, { type: Type }>,
  ) => void;
};

/** Routes a validated message to its handler. */
export function dispatch(
  message: WebviewRequest,
  handlers: WebviewHandlers,
): void {
  switch (message.type) {
    case "sendPrompt":
      return handlers.sendPrompt(message);
    case "removeQueued":
      return handlers.removeQueued(message);
    case "interrupt":
      return handlers.interrupt(message);
    case "answerAsk":
      return handlers.answerAsk(message);
    case "action":
      return handlers.action(message);
  }
}
