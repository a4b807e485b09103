import { signal } from "./html.js";

const system = matchMedia("(prefers-color-scheme: dark)");
const now = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";

/** Whether the page is dark: by the trader's choice, else the system's. */
export const dark = signal(now());
system.addEventListener("change", () => (dark.value = now()));

export function choose(theme) {
  document.documentElement.dataset.theme = theme;
  dark.value = now();
  try {
    localStorage.setItem("papertape:theme", theme);
  } catch {
    // Without storage the choice lasts for as long as the page.
  }
}
