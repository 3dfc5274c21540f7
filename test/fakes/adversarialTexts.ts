const units = [
  "a",
  "A1",
  "://",
  "://a:",
  "a@",
  "password",
  "password=",
  "password: '",
  'password="\\\\"',
  "pass pass=",
  "secret_",
  "secret_a_",
  'secret="',
  "token%3D%22",
  "--token ",
  "--token '",
  "curl --user a",
  "-----BEGIN PRIVATE KEY-----",
  "-----END PRIVATE KEY-----",
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
  "eyJaaaaaaaa.",
  "eyJ",
  "sk-",
  "SG.aaaaaaaaaaaa.",
  "-sk_live_",
  "0123456789:AA",
  "bearer ",
  "bearer aaaaaaaa",
  "authorization: ",
  "cookie: a",
  "cookie: a=",
  "\\\\",
  "[redacted]",
  "[redacted]\naaaaaaaa",
  "%3D",
  "%2F",
  "hooks.slack.com/services/",
  "日本",
];

/** Texts of about `length` characters that repeat what a pattern begins with, and end otherwise. */
export function adversarialTexts(length: number): string[] {
  return units.flatMap((unit) => {
    const text = unit.repeat(Math.ceil(length / unit.length));
    return [text, `private key token=${text}-----END PRIVATE KEY-----`];
  });
}
