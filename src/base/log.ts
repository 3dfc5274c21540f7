/** Where messages for people who look for a fault go. Never a token, never a prompt. */
export interface Logger {
  trace(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export const nullLogger: Logger = {
  trace() {},
  info() {},
  warn() {},
  error() {},
};
