/** Dark and light: what the system says, until the reader says something else. */

import { useEffect, useState } from "preact/hooks";

export type Choice = "system" | "light" | "dark";
const KEY = "seatrial.theme";
const CHOICES: readonly Choice[] = ["system", "light", "dark"];
const dark = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

let choice: Choice = CHOICES.find((each) => each === stored()) ?? "system";

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // a browser that keeps nothing follows its system
  }
}

/** Which of the two is shown. */
export function shown(): "light" | "dark" {
  return choice === "system" ? (dark.matches ? "dark" : "light") : choice;
}

function apply(): void {
  document.documentElement.dataset["theme"] = shown();
  for (const hear of listeners) hear();
}

/** Choose; `system` forgets the choice. */
export function choose(next: Choice): void {
  choice = next;
  try {
    if (next === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // nothing is kept: the choice lasts as long as the page
  }
  apply();
}

/** The other of the two. */
export function toggle(): void {
  choose(shown() === "dark" ? "light" : "dark");
}

dark.addEventListener("change", apply);
apply();

/** The theme on the page now; draws again when it changes. */
export function useTheme(): "light" | "dark" {
  const [, redraw] = useState(0);
  useEffect(() => {
    const hear = () => redraw((n) => n + 1);
    listeners.add(hear);
    return () => {
      listeners.delete(hear);
    };
  }, []);
  return shown();
}
