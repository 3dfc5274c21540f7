// @ts-check
import { homedir } from "node:os";
import path from "node:path";
import { findOnPath, isExecutable } from "./processes.mjs";

/** @returns {string | undefined} The Claude CLI that the user has installed. */
export function findOwnCli() {
  const inHome = [
    path.join(homedir(), ".local", "bin", "claude"),
    path.join(homedir(), ".claude", "local", "claude"),
  ];
  return findOnPath("claude") ?? inHome.find(isExecutable);
}
