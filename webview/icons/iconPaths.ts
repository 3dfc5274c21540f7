/** Our own drawings: strokes of one width on a 16 × 16 grid, as VS Code's icons are. */
const circle = "M14.5 8a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0Z";

export const iconPaths = {
  agent:
    "M8 1.5V4M4 4h8a1.5 1.5 0 0 1 1.5 1.5v5A1.5 1.5 0 0 1 12 12H4a1.5 1.5 0 0 1-1.5-1.5v-5A1.5 1.5 0 0 1 4 4ZM6 7v1.5M10 7v1.5M5.5 14.5h5",
  arrowDown: "M8 2.5V13M3.5 8.5 8 13l4.5-4.5",
  arrowUp: "M8 13.5V3M3.5 7.5 8 3l4.5 4.5",
  beaker:
    "M4 1.5h8M5.5 1.5v5l-3.2 5.9a1.5 1.5 0 0 0 1.3 2.1h8.8a1.5 1.5 0 0 0 1.3-2.1l-3.2-5.9v-5M4 10.5h8",
  check: "m2.5 8.5 3.5 3.5 8-8",
  checklist:
    "m1.5 4 1 1L5 2.5m-3.5 6 1 1L5 7m-3.5 6 1 1L5 11.5M7.5 4h7M7.5 8.5h7M7.5 13h7",
  chevron: "M6 3.5 10.5 8 6 12.5",
  circle,
  circleSlash: `${circle}M3.5 12.5l9-9`,
  clock: `${circle}M8 4v4.5h3`,
  close: "m3.5 3.5 9 9m0-9-9 9",
  copy: "M6.5 4.5h5A1.5 1.5 0 0 1 13 6v7a1.5 1.5 0 0 1-1.5 1.5h-5A1.5 1.5 0 0 1 5 13V6a1.5 1.5 0 0 1 1.5-1.5ZM10.5 1.5h-6a2 2 0 0 0-2 2v7",
  edit: "m2 14 .9-3.4 8-8a1.8 1.8 0 0 1 2.5 2.5l-8 8L2 14ZM9.7 3.8l2.5 2.5",
  error: `${circle}M5.75 5.75l4.5 4.5m0-4.5-4.5 4.5`,
  file: "M9 1.5H5A1.5 1.5 0 0 0 3.5 3v10A1.5 1.5 0 0 0 5 14.5h6a1.5 1.5 0 0 0 1.5-1.5V5L9 1.5ZM9 1.5V4a1 1 0 0 0 1 1h2.5",
  globe: `${circle}M1.9 6h12.2M1.9 10h12.2M8 1.5c-3.4 3.5-3.4 9.5 0 13 3.4-3.5 3.4-9.5 0-13Z`,
  info: `${circle}M8 7.5V11M8 5v.1`,
  interrupted: `${circle}M6 6h4v4H6z`,
  search: "M11.5 6.5a5 5 0 1 1-10 0 5 5 0 0 1 10 0ZM10 10l4 4",
  send: "m2 2.2 12 5.8-12 5.8L4 8 2 2.2ZM4 8h5.5",
  shield:
    "M8 1.5c1.8 1.4 3.6 2 5.5 2v4c0 3.3-2 5.6-5.5 7-3.5-1.4-5.5-3.7-5.5-7v-4c1.9 0 3.7-.6 5.5-2Zm-2.6 6.4 1.9 1.9 3.4-3.7",
  sparkle:
    "M8 2c.6 3.4 2.6 5.4 6 6-3.4.6-5.4 2.6-6 6-.6-3.4-2.6-5.4-6-6 3.4-.6 5.4-2.6 6-6Z",
  spinner: "M8 2a6 6 0 0 1 0 12",
  // Two squares, one in the other: strokes alone fill it.
  stop: `${circle}M6 6h4v4H6zM7 7h2v2H7z`,
  terminal:
    "M4 2.5h8A2.5 2.5 0 0 1 14.5 5v6a2.5 2.5 0 0 1-2.5 2.5H4A2.5 2.5 0 0 1 1.5 11V5A2.5 2.5 0 0 1 4 2.5ZM4.5 6l2 2-2 2M8.5 10.5h3",
  tools:
    "M13.9 4.2a3.7 3.7 0 0 1-4.8 4.6l-4.6 4.7a1.4 1.4 0 0 1-2-2l4.7-4.6a3.7 3.7 0 0 1 4.6-4.8L9.6 4.3l.3 1.8 1.8.3 2.2-2.2Z",
  warning: "m8 2.2 6.3 11.3H1.7L8 2.2ZM8 6.5V10m0 1.7v.1",
} as const;

export type IconName = keyof typeof iconPaths;
