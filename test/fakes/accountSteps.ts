import * as v from "valibot";

/** What a window in a process of its own is told to do. */
export const accountStepSchema = v.object({
  /** How much later it is: all at once, as after a sleep. */
  sleptMs: v.number(),
  /** `timer`: the account's own look finds what is due. `ask`: somebody wants a token. `signOut`: for good. */
  then: v.picklist(["timer", "ask", "signOut"]),
});
export type AccountStep = v.InferOutput<typeof accountStepSchema>;

/** How it stands after a step. */
export const accountReportSchema = v.object({
  kind: v.picklist(["signedIn", "signedOut"]),
  isOffline: v.boolean(),
  token: v.nullable(v.string()),
  /** Refresh requests since the last report. */
  refreshes: v.number(),
});

export type AccountReport = v.InferOutput<typeof accountReportSchema>;
