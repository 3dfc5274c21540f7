import type { Event } from "../src/base/event";
import { toDisposable } from "../src/base/lifecycle";

/** What VS Code gives a webview; it may be acquired once only. */
export interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export function vsCodeApi(): VsCodeApi {
  return acquireVsCodeApi();
}

/** Whatever the host posts; nothing is known about it until it is validated. */
export const onHostMessage: Event<unknown> = (listener) => {
  const receive = (event: MessageEvent<unknown>) => listener(event.data);
  window.addEventListener("message", receive);
  return toDisposable(() => window.removeEventListener("message", receive));
};
