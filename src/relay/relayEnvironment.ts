/** What a relay needs to find its queue, its temporary folder and its certificates. */
const needed = new Set([
  "FAILPROOFAI_HOME",
  "ELECTRON_RUN_AS_NODE",
  "HOME",
  "USERPROFILE",
  "SYSTEMROOT",
  "TMPDIR",
  "TEMP",
  "TMP",
  "LD_LIBRARY_PATH",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
]);

/**
 * The part of an environment that the relay is given: it lives long, and what
 * the user keeps in variables (tokens, above all) is none of its business.
 */
export function relayEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    // Windows does not tell upper case from lower case in these names.
    Object.entries(env).filter(([name]) => needed.has(name.toUpperCase())),
  );
}
