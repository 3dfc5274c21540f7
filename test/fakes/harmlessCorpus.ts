import { seededRandom } from "./secretCorpus";

const words =
  "src test lib queue relay session bridge index main config server client handler token password secret key auth user account parser reader writer format build cache watch sample report button editor panel".split(
    " ",
  );
const extensions = ["ts", "tsx", "py", "go", "rs", "json", "md", "yaml", "css"];

/** Texts of the kind that reasons have, with no secret in them, though they speak of tokens and keys. */
export function harmlessTexts(seed: number, count: number): string[] {
  const random = seededRandom(seed);
  const pick = <T>(all: readonly T[]): T =>
    all[Math.floor(random() * all.length)]!;
  const word = () => pick(words);
  const hex = (length: number) =>
    Array.from({ length }, () => pick("0123456789abcdef".split(""))).join("");
  const base64 = (bytes: number) =>
    Buffer.from(hex(bytes * 2), "hex").toString("base64");
  const pascal = (parts: number) =>
    Array.from({ length: parts }, word)
      .map((part) => part[0]!.toUpperCase() + part.slice(1))
      .join("");
  const path = () =>
    `${word()}/${word()}/${word()}-${word()}/${pascal(3)}.${pick(extensions)}`;
  const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
  const number = (limit: number) => Math.floor(random() * limit);

  const kinds: (() => string)[] = [
    () => `Read ${path()} before changing it`,
    () => `/home/me/projects/${path()}:${number(900)}:${number(80)}`,
    () => `C:\\Users\\me\\${word()}\\${pascal(4)}.cs`,
    () =>
      `npm run ${word()} -- --grep "${word()} ${word()}" && git diff --stat HEAD~${number(9)}`,
    () =>
      `git commit -m "fix: ${word()} keeps the ${word()}" && git push origin ${word()}/${word()}-${word()}`,
    () =>
      `find . -name "*.${pick(extensions)}" -not -path "*/node_modules/*" | xargs grep -n ${word()}`,
    () =>
      `docker run --rm -p 8080:80 -v $PWD:/app ${word()}/${word()}:${number(20)}.${number(20)} sh -c "echo ok"`,
    () =>
      `curl -s https://api.example.com/v1/${word()}/${uuid()}?page=${number(9)}&sort=${word()}`,
    () =>
      `@@ -${number(99)},7 +${number(99)},9 @@ function ${word()}${pascal(2)}(${word()}: string) {\n-  const ${word()} = await ${word()}${pascal(1)}();\n+  const token = create${pascal(2)}(${word()});`,
    () =>
      `-  token: string;\n+  token?: ${pascal(2)};\n   password: string | undefined;`,
    () =>
      `commit ${hex(40)}\nMerge: ${hex(7)} ${hex(7)}\nAuthor: A Name <me@example.com>`,
    () => `Session ${uuid()} ended after ${number(9999)} ms`,
    () => `sha256:${hex(64)}`,
    () => `"integrity": "sha512-${base64(64)}",`,
    () =>
      `"resolved": "https://registry.npmjs.org/${word()}/-/${word()}-${number(9)}.${number(9)}.${number(9)}.tgz"`,
    () =>
      `echo ${Buffer.from(`${word()} ${word()}`).toString("base64")} | base64 -d`,
    () =>
      `The ${word()} count is ${number(20000)}; the password field is empty and the token has expired`,
    () => `The user denied this tool call: do not touch ${path()}`,
    () =>
      `max_tokens=${number(9999)} temperature=0.${number(9)} token_count: ${number(20000)}`,
    () =>
      `Error: ${pascal(2)}Exception in thread "main" at ${word()}.${word()}.${pascal(3)}.${word()}(${pascal(2)}.java:${number(500)})`,
    () =>
      `export const ${word()}${pascal(4)}Options = { ${word()}: true, ${word()}: ${number(99)} };`,
    () =>
      `password=$DB_PASSWORD token=\${{ secrets.${word().toUpperCase()} }} key=$(cat ${path()})`,
    () =>
      `const secret = process.env.${word().toUpperCase()}_SECRET ?? config.${word()}.secret;`,
    () => `import { ${pascal(2)} } from "../${word()}/${word()}${pascal(3)}";`,
    () => `Basic ${word()} handling for the ${word()}; bearer of bad news`,
    () =>
      `kubectl get secret ${word()}-${word()}-credentials -n ${word()} -o yaml`,
    () =>
      `PWD=/home/me/${word()} OLDPWD=/home/me PATH=/usr/bin:/bin SHELL=/bin/bash`,
    () =>
      `pip install ${word()}==${number(9)}.${number(30)}.${number(9)} && pytest -k ${word()}_${word()}_${word()} -x`,
    () =>
      `ssh-keygen -lf ~/.ssh/id_ed25519.pub and keyboard shortcuts in ${path()}`,
    () =>
      `Täglich um ${number(23)}:${number(59)} 日本語 🎉 ${word()} — “${word()}”`,
    () =>
      `<div class="${word()}-${word()} ${word()}__${word()}--active" data-${word()}="${number(999)}"></div>`,
    () =>
      `2026-11-20T${number(23)}:10:11.${number(999)}Z INFO ${word()}.${word()}: request_id=${uuid()} status=200 duration=${number(999)}ms`,
    () =>
      `${pascal(7)}.test.${pick(extensions)} and ${word()}-${word()}-${word()}-${word()}-${word()}-${word()}.md`,
    () =>
      `Ask for the password: it is needed to sign ${word()}; see key: value pairs`,
    () =>
      `interface Auth { accessToken: AccessToken; apiKey: string; privateKeyPath: "/etc/ssl/${word()}.pem" }`,
  ];
  return Array.from({ length: count }, (_, index) =>
    kinds[index % kinds.length]!(),
  );
}
