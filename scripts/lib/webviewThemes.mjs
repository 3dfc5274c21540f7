// @ts-check
/**
 * The colours of VS Code's four default themes, by the names that its theme
 * reference documents, as far as the webview uses them.
 */

const fonts = {
  "font-family": "Inter, system-ui, sans-serif",
  "font-size": "13px",
  "font-weight": "normal",
  "editor-font-family": "'DejaVu Sans Mono', monospace",
  "editor-font-size": "14px",
};

/** @type {Record<string, string>} */
const dark = {
  foreground: "#cccccc",
  descriptionForeground: "#9d9d9d",
  disabledForeground: "#cccccc80",
  focusBorder: "#0078d4",
  "icon-foreground": "#cccccc",
  "editor-background": "#1f1f1f",
  "editor-foreground": "#cccccc",
  "editorWidget-background": "#202020",
  "sideBar-background": "#181818",
  "widget-border": "#313131",
  "widget-shadow": "#0000005c",
  "button-background": "#0078d4",
  "button-foreground": "#ffffff",
  "button-hoverBackground": "#026ec1",
  "button-border": "#ffffff12",
  "button-secondaryBackground": "#313131",
  "button-secondaryForeground": "#cccccc",
  "button-secondaryHoverBackground": "#3c3c3c",
  "input-background": "#313131",
  "input-foreground": "#cccccc",
  "input-border": "#3c3c3c",
  "input-placeholderForeground": "#989898",
  "inputOption-activeBackground": "#2489db82",
  "inputOption-activeBorder": "#2488db",
  "inputOption-activeForeground": "#ffffff",
  "inputValidation-infoBackground": "#063b49",
  "inputValidation-infoBorder": "#007acc",
  "inputValidation-errorBackground": "#5a1d1d",
  "inputValidation-errorBorder": "#be1100",
  "checkbox-background": "#313131",
  "checkbox-border": "#3c3c3c",
  "checkbox-foreground": "#cccccc",
  "list-hoverBackground": "#2a2d2e",
  "list-activeSelectionBackground": "#04395e",
  "list-activeSelectionForeground": "#ffffff",
  "list-highlightForeground": "#2aaaff",
  "editorSuggestWidget-background": "#202020",
  "editorSuggestWidget-border": "#454545",
  "toolbar-hoverBackground": "#5a5d5e50",
  "progressBar-background": "#0078d4",
  "textLink-foreground": "#4daafc",
  "textLink-activeForeground": "#4daafc",
  "textPreformat-foreground": "#d0d0d0",
  "textPreformat-background": "#3c3c3c",
  "textBlockQuote-background": "#2b2b2b",
  "textBlockQuote-border": "#616161",
  "chat-requestBackground": "#1f1f1f9e",
  "chat-requestBubbleBackground": "#264f7840",
  "chat-requestBorder": "#ffffff1a",
  "charts-green": "#89d185",
  "notificationsErrorIcon-foreground": "#f14c4c",
  "notificationsWarningIcon-foreground": "#cca700",
  "diffEditor-insertedLineBackground": "#9bb95533",
  "diffEditor-removedLineBackground": "#ff000033",
  "editor-findMatchBackground": "#9e6a03",
  "editor-findMatchHighlightBackground": "#ea5c0055",
  "terminal-ansiBlack": "#000000",
  "terminal-ansiRed": "#cd3131",
  "terminal-ansiGreen": "#0dbc79",
  "terminal-ansiYellow": "#e5e510",
  "terminal-ansiBlue": "#2472c8",
  "terminal-ansiMagenta": "#bc3fbc",
  "terminal-ansiCyan": "#11a8cd",
  "terminal-ansiWhite": "#e5e5e5",
  "terminal-ansiBrightBlack": "#666666",
  "terminal-ansiBrightRed": "#f14c4c",
  "terminal-ansiBrightGreen": "#23d18b",
  "terminal-ansiBrightYellow": "#f5f543",
  "terminal-ansiBrightBlue": "#3b8eea",
  "terminal-ansiBrightMagenta": "#d670d6",
  "terminal-ansiBrightCyan": "#29b8db",
  "terminal-ansiBrightWhite": "#e5e5e5",
};

/** @type {Record<string, string>} */
const light = {
  ...dark,
  foreground: "#3b3b3b",
  descriptionForeground: "#3b3b3b",
  disabledForeground: "#61616180",
  focusBorder: "#005fb8",
  "icon-foreground": "#3b3b3b",
  "editor-background": "#ffffff",
  "editor-foreground": "#3b3b3b",
  "editorWidget-background": "#f8f8f8",
  "sideBar-background": "#f8f8f8",
  "widget-border": "#e5e5e5",
  "widget-shadow": "#00000029",
  "button-background": "#005fb8",
  "button-hoverBackground": "#0258a8",
  "button-border": "#0000001a",
  "button-secondaryBackground": "#e5e5e5",
  "button-secondaryForeground": "#3b3b3b",
  "button-secondaryHoverBackground": "#cccccc",
  "input-background": "#ffffff",
  "input-foreground": "#3b3b3b",
  "input-border": "#cecece",
  "input-placeholderForeground": "#767676",
  "inputOption-activeBackground": "#bed6ed",
  "inputOption-activeBorder": "#005fb8",
  "inputOption-activeForeground": "#000000",
  "inputValidation-infoBackground": "#d6ecf2",
  "inputValidation-errorBackground": "#f2dede",
  "checkbox-background": "#f8f8f8",
  "checkbox-border": "#cecece",
  "checkbox-foreground": "#3b3b3b",
  "list-hoverBackground": "#f2f2f2",
  "list-activeSelectionBackground": "#e8e8e8",
  "list-activeSelectionForeground": "#000000",
  "list-highlightForeground": "#0066bf",
  "editorSuggestWidget-background": "#f8f8f8",
  "editorSuggestWidget-border": "#c8c8c8",
  "toolbar-hoverBackground": "#b8b8b850",
  "progressBar-background": "#005fb8",
  "textLink-foreground": "#005fb8",
  "textLink-activeForeground": "#005fb8",
  "textPreformat-foreground": "#3b3b3b",
  "textPreformat-background": "#0000001f",
  "textBlockQuote-background": "#f8f8f8",
  "textBlockQuote-border": "#e5e5e5",
  "chat-requestBackground": "#ffffff9e",
  "chat-requestBubbleBackground": "#add6ff4d",
  "chat-requestBorder": "#0000001a",
  "charts-green": "#388a34",
  "notificationsErrorIcon-foreground": "#e51400",
  "notificationsWarningIcon-foreground": "#bf8803",
  "diffEditor-insertedLineBackground": "#9bb95533",
  "diffEditor-removedLineBackground": "#ff000033",
  "editor-findMatchBackground": "#a8ac94",
  "editor-findMatchHighlightBackground": "#ea5c0055",
  "terminal-ansiGreen": "#107c10",
  "terminal-ansiYellow": "#949800",
  "terminal-ansiBlue": "#0451a5",
  "terminal-ansiMagenta": "#bc05bc",
  "terminal-ansiCyan": "#0598bc",
  "terminal-ansiWhite": "#555555",
  "terminal-ansiBrightRed": "#cd3131",
  "terminal-ansiBrightGreen": "#14ce14",
  "terminal-ansiBrightYellow": "#b5ba00",
  "terminal-ansiBrightBlue": "#0451a5",
  "terminal-ansiBrightMagenta": "#bc05bc",
  "terminal-ansiBrightCyan": "#0598bc",
  "terminal-ansiBrightWhite": "#a5a5a5",
};

/** @param {string} foreground @param {string} background @param {string} border */
const contrast = (foreground, background, border) => ({
  ...Object.fromEntries(
    Object.keys(dark).map((name) => [
      name,
      /background/i.test(name) ? background : foreground,
    ]),
  ),
  contrastBorder: border,
  focusBorder: border,
  "input-border": border,
  "button-border": border,
  "widget-border": border,
});

/** @type {Record<string, string>} */
const hcDark = {
  ...contrast("#ffffff", "#000000", "#6fc3df"),
  contrastActiveBorder: "#f38518",
  focusBorder: "#f38518",
  "textLink-foreground": "#21a6ff",
  "textLink-activeForeground": "#21a6ff",
  "charts-green": "#89d185",
  "notificationsErrorIcon-foreground": "#f48771",
  "notificationsWarningIcon-foreground": "#ffd370",
};

/** @type {Record<string, string>} */
const hcLight = {
  ...contrast("#292929", "#ffffff", "#0f4a85"),
  contrastActiveBorder: "#006bbd",
  focusBorder: "#006bbd",
  "button-background": "#0f4a85",
  "button-foreground": "#ffffff",
  "textLink-foreground": "#0f4a85",
  "textLink-activeForeground": "#0f4a85",
  "charts-green": "#374e06",
  "notificationsErrorIcon-foreground": "#b5200d",
  "notificationsWarningIcon-foreground": "#895503",
};

const sets = {
  dark: { bodyClass: "vscode-dark", colours: dark },
  light: { bodyClass: "vscode-light", colours: light },
  "hc-dark": { bodyClass: "vscode-high-contrast", colours: hcDark },
  "hc-light": {
    bodyClass: "vscode-high-contrast vscode-high-contrast-light",
    colours: hcLight,
  },
};

/** @typedef {keyof typeof sets} ThemeName */

/**
 * What VS Code does to a webview's page.
 * @param {ThemeName} name
 */
export function theme(name) {
  const { bodyClass, colours } = sets[name];
  const variables = Object.entries({ ...fonts, ...colours })
    .map(([variable, value]) => `--vscode-${variable}: ${value};`)
    .join("\n");
  const page = `html { ${variables} scrollbar-color: ${colours["widget-border"]} transparent; }
body { background: ${colours["sideBar-background"]}; padding: 0 20px; }`;
  return { bodyClass, css: page };
}
