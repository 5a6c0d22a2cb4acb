/** One key, one thing. Keys typed into a field stay in the field. */

import { useEffect } from "preact/hooks";
import { refresh } from "../live/feed";
import { go, PAGES } from "../live/route";
import { toggle } from "../live/theme";

/** What `?` lists: the key and what it does. */
export const SHORTCUTS: readonly (readonly [string, string])[] = [
  ["1 – 6", "go to a page: overview, trade, strategies, risk, release, system"],
  ["h", "halt trading: asks once, with a reason"],
  ["[  ]", "previous and next symbol on the trade page"],
  ["r", "ask every door again now"],
  ["t", "dark or light"],
  ["?", "this overview"],
  ["Esc", "close what is open"],
];

type Opened = "keys" | "halt" | null;

export function useShortcuts(open: (what: Opened) => void, busy: boolean): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || busy || isField(event.target)) return;
      if (act(event.key, open)) event.preventDefault();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [open, busy]);
}

function act(key: string, open: (what: Opened) => void): boolean {
  const page = PAGES[Number(key) - 1];
  if (page !== undefined) go(page);
  else if (key === "?") open("keys");
  else if (key === "h") open("halt");
  else if (key === "t") toggle();
  else if (key === "r") refresh();
  else return false;
  return true;
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}
