import type { EventRecord } from "../protocol/eventRecord";

/** The contract's batch: one frame over WebSocket, one request over REST. */
const frameEvents = 100;

/** The events in their order, as many to a frame as the contract has it. */
export function framesOf(events: readonly EventRecord[]): EventRecord[][] {
  const frames: EventRecord[][] = [];
  for (let start = 0; start < events.length; start += frameEvents) {
    frames.push(events.slice(start, start + frameEvents));
  }
  return frames;
}
