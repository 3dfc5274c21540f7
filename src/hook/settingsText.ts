import {
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
} from "jsonc-parser";
import { isRecord } from "../base/json";
import { type HookEntry, isOurs } from "./hookEntries";
import { JsonEdit, propertyOf } from "./jsonEdit";

/**
 * What an edit makes of a settings file's text. Every byte that is not ours
 * stays. unreadable: it is no JSON object, comments and trailing commas aside;
 * wrongShape: its `hooks` are not as the CLI wants them. Both are left alone.
 */
export type SettingsEdit =
  | { kind: "unchanged" }
  | { kind: "changed"; text: string }
  | { kind: "unreadable" }
  | { kind: "wrongShape" };

const byteOrderMark = "\uFEFF";

/** Puts our hooks in, in place of any that are there; a text that has them already is unchanged. */
export function withHooks(
  text: string,
  entries: ReadonlyMap<string, HookEntry>,
): SettingsEdit {
  return edit(text, (body) => {
    if (hasExactly(body, entries)) {
      return body;
    }
    let current = withoutOurs(body);
    for (const [event, entry] of entries) {
      current = withGroup(current, event, { hooks: [entry] });
    }
    return current;
  });
}

/**
 * Takes our hooks out, and what is empty without them; those of others stay,
 * in a group of ours too.
 */
export function withoutHooks(text: string): SettingsEdit {
  return edit(text, withoutOurs);
}

/**
 * Whether the CLI passes over such a file: it (2.1.329) reads plain JSON, a
 * byte order mark allowed; with a comment or a trailing comma it takes nothing
 * of the file, and says nothing.
 */
export function isIgnoredByCli(text: string): boolean {
  const errors: ParseError[] = [];
  parseTree(bodyOf(text), errors, { disallowComments: true });
  return errors.length > 0;
}

function edit(text: string, change: (body: string) => string): SettingsEdit {
  const body = bodyOf(text);
  const mark = text.slice(0, text.length - body.length);
  const isBlank = body.trim() === "";
  const problem = isBlank ? undefined : problemOf(body);
  if (problem) {
    return { kind: problem };
  }
  const changed = change(isBlank ? "{}\n" : body);
  if (changed === body || (isBlank && changed === "{}\n")) {
    return { kind: "unchanged" };
  }
  return { kind: "changed", text: mark + changed };
}

function bodyOf(text: string): string {
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

function problemOf(body: string): "unreadable" | "wrongShape" | undefined {
  const root = treeOf(body);
  if (root?.type !== "object") {
    return "unreadable";
  }
  const hooks = propertyOf(root, "hooks");
  if (!hooks) {
    return undefined;
  }
  const isRight =
    hooks.type === "object" &&
    eventsOf(hooks).every(
      ([, groups]) =>
        groups.type === "array" &&
        (groups.children ?? []).every(
          (group) => propertyOf(group, "hooks")?.type === "array",
        ),
    );
  return isRight ? undefined : "wrongShape";
}

function treeOf(body: string): Node | undefined {
  const errors: ParseError[] = [];
  const root = parseTree(body, errors, { allowTrailingComma: true });
  return errors.length > 0 ? undefined : root;
}

function hooksOf(body: string): Node | undefined {
  const root = treeOf(body);
  return root && propertyOf(root, "hooks");
}

function eventsOf(hooks: Node): [event: string, groups: Node][] {
  return (hooks.children ?? []).flatMap(({ children = [] }) => {
    const [key, value] = children;
    const pair: [string, Node][] =
      key && value ? [[String(key.value), value]] : [];
    return pair;
  });
}

/** A hook of ours, with all that it is in. */
interface Found {
  event: string;
  hook: Node;
  group: Node;
  groups: Node;
}

function oursIn(body: string): Found[] {
  const hooks = hooksOf(body);
  return (hooks ? eventsOf(hooks) : []).flatMap(([event, groups]) =>
    (groups.children ?? []).flatMap((group) =>
      (propertyOf(group, "hooks")?.children ?? [])
        .filter((hook) => isOurs(getNodeValue(hook)))
        .map((hook) => ({ event, hook, group, groups })),
    ),
  );
}

function hasExactly(
  body: string,
  entries: ReadonlyMap<string, HookEntry>,
): boolean {
  const found = oursIn(body);
  return (
    found.length === entries.size &&
    found.every(({ event, hook, group }) => {
      const value: unknown = getNodeValue(group);
      const isForEverything = isRecord(value) && !("matcher" in value);
      return (
        isForEverything &&
        JSON.stringify(getNodeValue(hook)) ===
          JSON.stringify(entries.get(event))
      );
    })
  );
}

function withoutOurs(body: string): string {
  let current = body;
  for (;;) {
    // One at a time: each removal moves what comes after it.
    const [found] = oursIn(current);
    if (!found) {
      return current;
    }
    current = new JsonEdit(current).remove(largestEmptied(found));
  }
}

/** The hook, or as much around it as is empty without it. */
function largestEmptied({ hook, group, groups }: Found): Node {
  if (!isAlone(hook)) {
    return hook;
  }
  const event = groups.parent;
  if (!isAlone(group) || !event) {
    return group;
  }
  const hooks = event.parent?.parent;
  return isAlone(event) && hooks ? hooks : event;
}

function isAlone(node: Node): boolean {
  return node.parent?.children?.length === 1;
}

function withGroup(body: string, event: string, group: unknown): string {
  const root = treeOf(body);
  const hooks = root && propertyOf(root, "hooks");
  const groups = hooks && propertyOf(hooks, event);
  const json = new JsonEdit(body);
  if (groups) {
    return json.append(groups, undefined, group);
  }
  if (hooks) {
    return json.append(hooks, event, [group]);
  }
  return root ? json.append(root, "hooks", { [event]: [group] }) : body;
}
