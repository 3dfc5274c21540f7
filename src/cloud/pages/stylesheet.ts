/**
 * The look of every page: GitHub's and VS Code's neutral surfaces, one accent,
 * system fonts, light and dark. All text has a contrast of at least 4.5:1.
 */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --page: #f6f8fa;
  --card: #ffffff;
  --inset: #f6f8fa;
  --line: #d1d9e0;
  --control-line: #868f99;
  --text: #1f2328;
  --quiet: #59636e;
  --accent: #0969da;
  --accent-hover: #0757b8;
  --on-accent: #ffffff;
  --button: #f6f8fa;
  --hover: #eff2f5;
  --good: #1a7f37;
  --good-soft: #dafbe1;
  --bad: #d1242f;
  --bad-soft: #ffebe9;
  --shadow: 0 1px 2px rgb(31 35 40 / 6%), 0 12px 32px -8px rgb(31 35 40 / 12%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117;
    --card: #151b23;
    --inset: #0d1117;
    --line: #3d444d;
    --control-line: #656c76;
    --text: #f0f6fc;
    --quiet: #9198a1;
    --accent: #1f6feb;
    --accent-hover: #1a63d8;
    --button: #212830;
    --hover: #2a313c;
    --good: #3fb950;
    --good-soft: #12261e;
    --bad: #f85149;
    --bad-soft: #25171c;
    --shadow: 0 1px 2px rgb(1 4 9 / 40%), 0 12px 32px -8px rgb(1 4 9 / 60%);
  }
}
*, *::before, *::after { box-sizing: border-box; }
body {
  margin: 0;
  min-height: 100vh;
  min-height: 100dvh;
  display: grid;
  grid-template-rows: 1fr auto 1.4fr;
  justify-items: center;
  gap: 24px;
  padding: 24px 16px;
  background: var(--page);
  color: var(--text);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif;
  overflow-wrap: anywhere;
}
header {
  align-self: end;
  display: flex;
  flex-direction: column;
  align-items: center;
  gap: 4px;
}
.wordmark {
  display: flex;
  align-items: center;
  gap: 9px;
  font-size: 20px;
  font-weight: 600;
  letter-spacing: -0.015em;
}
.wordmark svg { width: 26px; height: 26px; }
.where { color: var(--quiet); font-size: 13px; }
main {
  width: 100%;
  max-width: 400px;
  padding: 28px;
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 12px;
  box-shadow: var(--shadow);
}
footer {
  max-width: 400px;
  color: var(--quiet);
  font-size: 12px;
  text-align: center;
  text-wrap: balance;
}
h1 {
  margin: 0 0 8px;
  font-size: 20px;
  line-height: 1.3;
  font-weight: 600;
  letter-spacing: -0.01em;
  text-wrap: balance;
}
p { margin: 0; text-wrap: pretty; }
p + p { margin-top: 8px; }
.quiet { color: var(--quiet); }
.quiet strong { color: var(--text); font-weight: 600; }
main.result p { text-wrap: balance; }
main.result .hint { margin-top: 16px; }
.code {
  display: block;
  margin: 20px 0;
  padding: 16px 8px;
  background: var(--inset);
  border: 1px solid var(--line);
  border-radius: 8px;
  font: 600 32px/1.2 ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace;
  letter-spacing: 0.06em;
  text-indent: 0.06em;
  text-align: center;
  white-space: nowrap;
  user-select: all;
}
.facts {
  margin: 20px 0;
  background: var(--inset);
  border: 1px solid var(--line);
  border-radius: 8px;
}
.facts div { display: flex; gap: 12px; padding: 9px 14px; }
.facts div + div { border-top: 1px solid var(--line); }
.facts dt { flex: 0 0 88px; color: var(--quiet); }
.facts dd { margin: 0; min-width: 0; }
form { margin: 0; }
label { display: block; margin-bottom: 6px; font-weight: 600; }
input {
  width: 100%;
  height: 36px;
  padding: 0 12px;
  background: var(--card);
  border: 1px solid var(--control-line);
  border-radius: 6px;
  color: inherit;
  font: inherit;
}
input.typed-code {
  height: 52px;
  font: 600 24px/1 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace;
  letter-spacing: 0.06em;
  text-align: center;
  text-transform: uppercase;
}
input.typed-code::placeholder { color: var(--quiet); opacity: 0.55; font-weight: 400; }
input[aria-invalid="true"] { border-color: var(--bad); }
.hint { margin-top: 6px; color: var(--quiet); font-size: 12px; }
.problem { margin-top: 6px; color: var(--bad); font-size: 13px; }
form.ask { margin-top: 20px; }
.buttons {
  display: flex;
  flex-direction: row-reverse;
  gap: 10px;
  margin-top: 24px;
}
button, a.button {
  flex: 1 1 0;
  display: inline-flex;
  align-items: center;
  justify-content: center;
  min-height: 40px;
  padding: 8px 16px;
  background: var(--button);
  border: 1px solid var(--line);
  border-radius: 6px;
  color: var(--text);
  font: inherit;
  font-weight: 600;
  text-decoration: none;
  cursor: pointer;
}
button:hover, a.button:hover { background: var(--hover); }
button.primary {
  background: var(--accent);
  border-color: transparent;
  color: var(--on-accent);
}
button.primary:hover { background: var(--accent-hover); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
input:focus-visible { outline-offset: -1px; border-color: var(--accent); }
main.result { text-align: center; padding: 36px 28px; }
.badge {
  display: inline-grid;
  place-items: center;
  width: 56px;
  height: 56px;
  margin-bottom: 16px;
  border-radius: 50%;
  background: var(--inset);
  color: var(--quiet);
}
.badge svg { width: 26px; height: 26px; }
.badge.good { background: var(--good-soft); color: var(--good); }
.badge.bad { background: var(--bad-soft); color: var(--bad); }
code { font: 0.93em ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace; }
@media (max-width: 400px) {
  main { padding: 22px 20px; }
  .facts div { flex-direction: column; gap: 0; }
  .facts dt { flex-basis: auto; font-size: 12px; }
  .code { font-size: 28px; }
}
@media (forced-colors: active) {
  button.primary { border-color: ButtonBorder; }
}
`;
