import {
  type CodeBinding,
  maxRedirectUriLength,
} from "../auth/authorizationCodes";

/** What the browser was opened with, in the words of docs/server-contract.md. */
export interface ConnectRequest extends CodeBinding {
  /** The installation that asks: a random id of its own making. */
  readonly agentId: string;
  readonly returnTo: URL;
}

export type ParsedConnectRequest =
  | { readonly kind: "good"; readonly request: ConnectRequest }
  | { readonly kind: "foreign-return" }
  | { readonly kind: "wrong-parameter"; readonly name: string };

/** What each parameter must look like; `redirect_uri` is looked at more closely below. */
const parameterPatterns = {
  redirect_uri: new RegExp(`^[\\x21-\\x7e]{1,${maxRedirectUriLength}}$`),
  // RFC 6749 appendix A.5: printable ASCII.
  state: /^[\x20-\x7e]{1,512}$/,
  agent_id: /^[\w.:-]{1,128}$/,
  // RFC 7636 section 4.2: a SHA-256 is 43 characters of base64url.
  code_challenge: /^[\w-]{43}$/,
  code_challenge_method: /^S256$/,
};

/** The parameters of a visit, or of the form that it led to. */
export function parseConnectRequest(
  query: URLSearchParams,
): ParsedConnectRequest {
  for (const [name, pattern] of Object.entries(parameterPatterns)) {
    const [value, second] = query.getAll(name);
    // RFC 6749 section 3.1: once at most. With two, browser and server could go by different ones.
    if (!pattern.test(value ?? "") || second !== undefined) {
      return { kind: "wrong-parameter", name };
    }
  }
  const valueOf = (name: keyof typeof parameterPatterns) =>
    query.get(name) ?? "";
  const redirectUri = valueOf("redirect_uri");
  const returnTo = parseReturn(redirectUri);
  if (!returnTo) {
    return { kind: "foreign-return" };
  }
  const request = {
    ...{ redirectUri, returnTo, state: valueOf("state") },
    ...{
      agentId: valueOf("agent_id"),
      codeChallenge: valueOf("code_challenge"),
    },
  };
  return { kind: "good", request };
}

/** The same parameters again, for the form and for opening the page once more. */
export function connectParameters(
  request: ConnectRequest,
): Record<keyof typeof parameterPatterns, string> {
  return {
    redirect_uri: request.redirectUri,
    state: request.state,
    agent_id: request.agentId,
    code_challenge: request.codeChallenge,
    code_challenge_method: "S256",
  };
}

/**
 * Schemes of VS Code's builds. A list and not "anything with the right
 * authority": `javascript://failproof.failproof/%0aalert(1)` has that too.
 */
const editorSchemes = [
  ...["vscode", "vscode-insiders", "vscode-exploration", "code-oss"],
  ...["vscodium", "vscodium-insiders", "cursor", "windsurf", "windsurf-next"],
  ...["positron", "trae", "kiro", "antigravity"],
];

/** The extension's id, to which an editor hands what is opened with its scheme. */
const extensionAuthority = "failproof.failproof";

const loopbackNames = ["127.0.0.1", "localhost", "[::1]"];

/** Where the code may be sent (RFC 8252 section 7): this machine, or an editor on it. */
function parseReturn(redirectUri: string): URL | undefined {
  if (!URL.canParse(redirectUri)) {
    return undefined;
  }
  const url = new URL(redirectUri);
  const isLoopback =
    url.protocol === "http:" && loopbackNames.includes(url.hostname);
  const isEditor =
    editorSchemes.includes(url.protocol.slice(0, -1)) &&
    url.host === extensionAuthority;
  // RFC 6749 section 3.1.2: no fragment.
  const isPlain = !url.username && !url.password && !redirectUri.includes("#");
  return (isLoopback || isEditor) && isPlain ? url : undefined;
}
