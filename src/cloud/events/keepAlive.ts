import type { WebSocket } from "ws";
import type { Clock } from "../../base/clock";
import { Disposable, toDisposable } from "../../base/lifecycle";

/** How often a silent client is asked whether it is there; in milliseconds. */
const pingIntervalMs = 30_000;

/** Cuts a connection whose client did not answer the last ping: half-open sockets would otherwise stay for ever. */
export class KeepAlive extends Disposable {
  #isAlive = true;

  constructor(socket: WebSocket, clock: Clock) {
    super();
    const onPong = () => {
      this.#isAlive = true;
    };
    socket.on("pong", onPong);
    this.register(toDisposable(() => socket.off("pong", onPong)));
    let timer = clock.schedule(pingIntervalMs, () => beat());
    this.register(toDisposable(() => timer.dispose()));

    const beat = () => {
      if (!this.#isAlive) {
        socket.terminate();
        return;
      }
      this.#isAlive = false;
      socket.ping();
      timer = clock.schedule(pingIntervalMs, beat);
    };
  }
}
