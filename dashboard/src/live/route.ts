/** Where the reader is: the part of the address behind `#`. A page can be linked to and kept as a bookmark. */

import { useEffect, useState } from "preact/hooks";

export const PAGES = ["overview", "trade", "strategies", "risk", "release", "system"] as const;
export type PageName = (typeof PAGES)[number];

/** A page, and what it shows of itself: `#/trade/order/ABC` is `trade` with `["order", "ABC"]`. */
export interface Place {
  page: PageName;
  rest: readonly string[];
}

function here(): Place {
  const parts = location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
  const page = PAGES.find((name) => name === parts[0]) ?? "overview";
  return { page, rest: parts.slice(1) };
}

/** The address of a place. */
export function address(page: PageName, ...rest: string[]): string {
  return `#/${[page, ...rest.map(encodeURIComponent)].join("/")}`;
}

/** Go there. */
export function go(page: PageName, ...rest: string[]): void {
  location.hash = address(page, ...rest);
}

/** The place the reader is at. */
export function usePlace(): Place {
  const [place, set] = useState(here);
  useEffect(() => {
    const moved = () => set(here());
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  return place;
}
