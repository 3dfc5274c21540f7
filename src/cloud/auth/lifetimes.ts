/** How long what the server hands out is good for, in seconds, as the wire says it. */
export interface Lifetimes {
  readonly accessTokenSeconds: number;
  readonly deviceCodeSeconds: number;
  /** How long a client waits between two polls. */
  readonly intervalSeconds: number;
}

/** The interval is RFC 8628's default (section 3.2); a code lives long enough to find the browser. */
export const defaultLifetimes: Lifetimes = {
  accessTokenSeconds: 3600,
  deviceCodeSeconds: 600,
  intervalSeconds: 5,
};

/** A sign-in that is not refreshed for this long ends. */
export const refreshTokenMs = 90 * 24 * 3600 * 1000;

/**
 * How long an exchange may be repeated with the same outcome: a client whose
 * answer got lost tries again well within a minute, and two windows that
 * refresh at once do so within a second.
 */
export const repeatGraceMs = 60 * 1000;

/**
 * How long an authorization code waits for its client, which has been waiting
 * for it: RFC 6749 section 4.1.2 wants it short, and a minute survives a
 * browser that first asks whether it may open the editor.
 */
export const authorizationCodeMs = 60 * 1000;

/**
 * How long a code that has expired is remembered: so that its page can say
 * "expired" and not "unknown", and so that a second use of it is noticed.
 */
export const deadCodeMs = 24 * 3600 * 1000;
