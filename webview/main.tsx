import { createRoot } from "react-dom/client";
import { browserClock, beforePaint } from "./browserClock";
import { Chat, ChatContext } from "./chat";
import { App } from "./components/App";
import { Connection } from "./connection";
import { Journal } from "./journal";
import { ChatStore } from "./store";
import { onHostMessage, vsCodeApi } from "./vscodeApi";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/markdown.css";
import "./styles/items.css";
import "./styles/tools.css";
import "./styles/find.css";
import "./styles/ask.css";
import "./styles/composer.css";

/** The chat's entry: builds its few parts and mounts it on #root; nothing else. */
function start(root: HTMLElement): void {
  const api = vsCodeApi();
  const journal = new Journal(api);
  const store = new ChatStore(beforePaint);
  const connection = new Connection({
    post: (message) => api.postMessage(message),
    onMessage: onHostMessage,
    clock: browserClock,
    warn: (message) => console.warn(message),
    apply(body) {
      store.apply(body);
      if (store.applied) {
        journal.reconcile(store.applied.conversation);
      }
    },
  });
  const chat = new Chat({
    post: (message) => api.postMessage(message),
    journal,
    clock: browserClock,
    newId: () => crypto.randomUUID(),
  });
  createRoot(root).render(
    <ChatContext value={chat}>
      <App store={store} />
    </ChatContext>,
  );
  connection.start();
}

const root = document.getElementById("root");
if (root) {
  start(root);
}
