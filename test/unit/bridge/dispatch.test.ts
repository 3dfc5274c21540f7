import assert from "node:assert/strict";
import {
  dispatch,
  type WebviewHandlers,
  type WebviewRequest,
} from "../../../src/bridge/dispatch";

describe("Dispatching", () => {
  const requests: WebviewRequest[] = [
    { type: "sendPrompt", id: "p", text: "Go" },
    { type: "removeQueued", id: "p" },
    { type: "interrupt" },
    { type: "answerAsk", id: "r", decision: "allow" },
    { type: "action", action: "signIn" },
  ];

  it("takes each request to its own handler, whole", () => {
    const calls: [string, WebviewRequest][] = [];
    const note = (name: string) => (message: WebviewRequest) => {
      calls.push([name, message]);
    };
    const handlers: WebviewHandlers = {
      sendPrompt: note("sendPrompt"),
      removeQueued: note("removeQueued"),
      interrupt: note("interrupt"),
      answerAsk: note("answerAsk"),
      action: note("action"),
    };
    requests.forEach((request) => dispatch(request, handlers));
    assert.deepEqual(
      calls,
      requests.map((request) => [request.type, request]),
    );
    // Every handler there is was called: none is left without a way to it.
    assert.deepEqual(
      calls.map(([name]) => name),
      Object.keys(handlers),
    );
  });
});
