/** What the harness knows of events: what was begun, confirmed, and harmed by its own hand. */
export class Ledger {
  readonly begun = new Set<string>();
  readonly poison = new Set<string>();
  /** Ids whose append returned `appended`. */
  readonly confirmed = new Set<string>();
  /** Session names of hooks that ran to their end while nothing kept them from it. */
  readonly hooks = new Set<string>();
  /** Ids and session names that were in bytes which the harness overwrote. */
  readonly harmed = new Set<string>();
  /** Losses whose count was in such bytes. */
  harmedDrops = 0;
  failed = 0;
  droppedAtOnce = 0;

  /** A line of a writer's. */
  read(line: string): void {
    const id = line.slice(1);
    switch (line[0]) {
      case "*":
        this.poison.add(id);
        this.begun.add(id);
        break;
      case "+":
        this.begun.add(id);
        break;
      case "=":
        this.confirmed.add(id);
        break;
      case "-":
        this.droppedAtOnce += 1;
        break;
      default:
        this.failed += 1;
    }
  }
}
