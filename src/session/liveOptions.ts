import {
  differingOptions,
  type OptionName,
  type StartOptions,
} from "../cli/arguments";
import type { CliHandle, RequestOutcome } from "../cli/cliProcess";

/**
 * What a conversation is to be started with, and what its process was. Model
 * and permission mode are changed in the running process; of the others it is
 * known which wait for a restart.
 */
export class LiveOptions {
  #wanted: StartOptions;
  /** Undefined while there is no process. */
  #inForce: StartOptions | undefined;

  constructor(options: StartOptions) {
    this.#wanted = options;
  }

  get wanted(): StartOptions {
    return this.#wanted;
  }

  /** What takes a restart to apply. */
  get drift(): OptionName[] {
    return this.#inForce ? differingOptions(this.#wanted, this.#inForce) : [];
  }

  processStarted(options: StartOptions): void {
    this.#inForce = options;
  }

  processEnded(): void {
    this.#inForce = undefined;
  }

  /** The agent, or an answer to an ask, has changed the mode: from now on that is what is wanted. */
  modeReported(permissionMode: string): void {
    if (this.#inForce && this.#inForce.permissionMode !== permissionMode) {
      this.#inForce = { ...this.#inForce, permissionMode };
      this.#wanted = { ...this.#wanted, permissionMode };
    }
  }

  /** Gives what the process refused to change, in its words. */
  async change(
    next: Partial<StartOptions>,
    cli: CliHandle | undefined,
  ): Promise<string[]> {
    this.#wanted = { ...this.#wanted, ...next };
    if (!cli || !this.#inForce) {
      return [];
    }
    const { model, permissionMode } = this.#wanted;
    const drift = this.drift;
    const outcomes = await Promise.all([
      drift.includes("model") && model !== null
        ? this.#apply(cli, { model }, { subtype: "set_model", model })
        : undefined,
      drift.includes("permissionMode") && permissionMode !== null
        ? this.#apply(
            cli,
            { permissionMode },
            { subtype: "set_permission_mode", mode: permissionMode },
          )
        : undefined,
    ]);
    return outcomes.flatMap((outcome) =>
      outcome?.kind === "refused" ? outcome.error : [],
    );
  }

  async #apply(
    cli: CliHandle,
    change: Partial<StartOptions>,
    request: Record<string, unknown>,
  ): Promise<RequestOutcome> {
    const outcome = await cli.request(request);
    if (outcome.kind === "done" && this.#inForce) {
      this.#inForce = { ...this.#inForce, ...change };
    }
    return outcome;
  }
}
