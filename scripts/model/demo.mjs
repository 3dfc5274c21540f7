// @ts-check
// The scripted model as a newcomer meets it: it does a few plain things when told to, says what happened,
// and says openly that it is a script. It understands English sentences of a few forms, nothing more.
import { absolute, bash, edit, message, text, use } from "./blocks.mjs";

/** @typedef {import('./request.mjs').Situation} Situation */
/** @typedef {import('./blocks.mjs').Answer} Answer */

/**
 * @param {Situation} situation
 * @returns {Answer}
 */
export function demoAnswer(situation) {
  for (const { pattern, answer } of sentences) {
    const match = pattern.exec(situation.prompt);
    if (match) return answer(match.groups ?? {}, situation);
  }
  return message({ type: "text", parts: slowly(introduction) });
}

/**
 * Changing a file takes two steps, because the CLI refuses to edit a file that was not read.
 * @param {Situation} situation
 * @returns {Answer | undefined}
 */
export function demoFollowUp(situation) {
  const groups = changeSentence.exec(situation.prompt)?.groups;
  const [outcome] = situation.outcomes;
  if (!groups || outcome?.name !== "Read" || outcome.isError) return undefined;
  const file = absolute(groups["file"] ?? "", situation);
  return message(
    text("I have read it. Now the change:"),
    edit(file, unquoted(groups["old"]), unquoted(groups["new"])),
  );
}

const name = "[`'\"]?(?<file>[\\w./~-]+\\w)[`'\"]?";
const changeSentence = new RegExp(
  `\\b(?:change|replace)\\s+(?<old>.+?)\\s+(?:to|with|by)\\s+(?<new>.+?)\\s+in\\s+(?:the\\s+)?(?:file\\s+)?${name}`,
  "i",
);

/** @type {{pattern: RegExp, answer: (groups: Record<string, string>, situation: Situation) => Answer}[]} */
const sentences = [
  {
    pattern: changeSentence,
    answer: ({ file = "" }, situation) =>
      message(
        text(`I'll look at \`${file}\` first.`),
        use("Read", { file_path: absolute(file, situation) }),
      ),
  },
  {
    pattern: new RegExp(
      `\\b(?:create|write|make|add)\\s+(?:me\\s+)?(?:a|an|the)?\\s*(?:new\\s+)?file\\s+(?:named\\s+|called\\s+)?${name}(?:.*?\\b(?:with|containing|saying)\\s+(?:the\\s+)?(?:text|content|words?)?\\s*(?<content>.+))?`,
      "is",
    ),
    answer: ({ file = "", content }, situation) =>
      message(
        text(`I'll create \`${file}\`.`),
        use("Write", {
          file_path: absolute(file, situation),
          content: `${unquoted(content) || "Hello from the scripted model."}\n`,
        }),
      ),
  },
  {
    pattern: new RegExp(
      `\\b(?:delete|remove)\\s+(?:the\\s+)?(?:file\\s+)?${name}`,
      "i",
    ),
    answer: ({ file = "" }) =>
      message(text(`I'll delete \`${file}\`.`), bash(`rm -- '${file}'`)),
  },
  {
    pattern: /\b(?:run|execute)\s+(?:the\s+command\s+)?(?<command>\S.*)/i,
    answer: ({ command = "" }) =>
      message(text("I'll run that."), bash(unquoted(command))),
  },
  {
    pattern: /\blist\b.*\bfiles\b|\bwhat files\b|^ls$/i,
    answer: () => message(text("I'll look at the folder."), bash("ls -la")),
  },
  {
    pattern: new RegExp(
      `\\b(?:read|show|open|print)\\s+(?:me\\s+)?(?:the\\s+)?(?:file\\s+)?${name}`,
      "i",
    ),
    answer: ({ file = "" }, situation) =>
      message(
        text(`I'll read \`${file}\`.`),
        use("Read", { file_path: absolute(file, situation) }),
      ),
  },
  {
    pattern: /\bask me\b/i,
    answer: () => message(use("AskUserQuestion", { questions: [question] })),
  },
  {
    pattern: /\bthink\b/i,
    answer: () =>
      message(
        { type: "thinking", parts: slowly(thoughts) },
        text("I have thought about it. As I am a script, it changed nothing."),
      ),
  },
  {
    pattern: /\bcount\b|\bslowly\b|\bstory\b/i,
    answer: () => message({ type: "text", parts: slowly(counting, 150) }),
  },
];

const question = {
  question: "Which colour do you like best?",
  header: "Colour",
  multiSelect: false,
  options: [
    { label: "Blue", description: "Like the sky" },
    { label: "Green", description: "Like the grass" },
  ],
};

const thoughts =
  "The user asks me to think. I am a script, so these thoughts were written in advance. Still, one can watch them arrive.";

const counting = Array.from(
  { length: 60 },
  (_, index) => `${index + 1}, `,
).join("");

const introduction = `Hello! I am a **scripted model**: a small program on this machine that stands in for a real one. I cannot think, but I can show how approvals work. Try one of these:

- \`create a file hello.txt\` (you are asked before it is written)
- \`read hello.txt\`
- \`change Hello to Goodbye in hello.txt\`
- \`run touch new.txt\` (a harmless command such as \`run echo hi\` is not asked about)
- \`list files\`
- \`delete hello.txt\`
- \`ask me something\`
- \`count slowly\` (and press Stop while I count)

\`\`\`js
// A code block, to show that Markdown works.
console.log("nothing here came from a real model");
\`\`\`
`;

/**
 * Word by word, as a real model streams.
 * @param {string} whole
 * @param {number} [waitMs]
 */
function slowly(whole, waitMs = 15) {
  return whole.split(/(?<=\s)/).flatMap((word) => [word, { waitMs }]);
}

/** @param {string | undefined} words */
function unquoted(words = "") {
  return words.trim().replace(/^([`'"])(.*)\1\.?$/s, "$2");
}
