import type { Clock } from "../base/clock";
import type { CliHandle } from "../cli/cliProcess";
import type { ControlRequest } from "../cli/wire/controlLines";
import type { PermissionBroker } from "../permission/broker";
import { askOf, stdioResponse } from "../permission/stdioPrompt";

export interface RequestDeskDeps {
  broker: PermissionBroker;
  clock: Clock;
  /** What the CLI's hooks report; must return at once. */
  onHook(payload: unknown): void;
}

/** Answers what the CLI asks of its host: an unanswered request would keep it waiting for ever. */
export class RequestDesk {
  constructor(
    private readonly deps: RequestDeskDeps,
    private readonly conversationId: string,
  ) {}

  take(cli: CliHandle, line: ControlRequest, isStopping: boolean): void {
    const { request, request_id: id } = line;
    switch (request.subtype) {
      case "can_use_tool": {
        if (isStopping) {
          // The process is being ended, and takes no answer any more.
          return;
        }
        const { broker, clock } = this.deps;
        const ask = askOf(id, request, cli.start.options.cwd, clock.now());
        broker.open(this.conversationId, ask, (decision) => {
          cli.respond(id, stdioResponse(decision, request.input));
        });
        break;
      }
      case "hook_callback":
        // Answered before anything is done with it: the agent waits for this.
        cli.respond(id, {});
        this.deps.onHook(request.input);
        break;
      case "other":
        cli.refuse(id, `Not supported: ${request.name}`);
        break;
    }
  }
}
