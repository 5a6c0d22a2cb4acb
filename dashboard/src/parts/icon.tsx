/** Drawn signs. Each stands beside a word; none is the only carrier of a meaning. */

const PATHS = {
  overview: "M3 13h6V3H3zM11 17h6V9h-6zM3 17h6v-2H3zM11 7h6V3h-6z",
  trade: "M5 4v3M5 13v3M3.5 7h3v6h-3zM10 3v2M10 11v4M8.5 5h3v6h-3zM15 6v3M15 15v2M13.5 9h3v6h-3z",
  strategies: "M4 15l4-5 3 3 5-8M13 5h3v3",
  risk: "M10 2.5l6 2.5v4.5c0 4-2.600 6.600-6 8-3.400-1.400-6-4-6-8V5z",
  release: "M10 2.5l6.5 3.5v8L10 17.5 3.5 14V6zM3.5 6L10 9.5 16.5 6M10 9.5v8",
  system: "M3 4h14v5H3zM3 11h14v5H3zM6 6.5h.01M6 13.5h.01",
  ok: "M4 10.5l4 4 8-9",
  warn: "M10 3l7.5 13.5h-15zM10 8v4M10 14.200v.1",
  bad: "M5 5l10 10M15 5L5 15",
  info: "M10 9v5M10 6v.1M10 2.5a7.5 7.5 0 100 15 7.5 7.5 0 000-15z",
  clock: "M10 5.5V10l3 2M10 2.5a7.5 7.5 0 100 15 7.5 7.5 0 000-15z",
  market: "M3 16.5h14M5 13V8M9 13V4M13 13V9M16 13V6",
  stop: "M6.5 2.5h7l4 4v7l-4 4h-7l-4-4v-7zM10 6v5M10 13.700v.1",
  play: "M6 4l10 6-10 6z",
  up: "M10 16V4M5 9l5-5 5 5",
  down: "M10 4v12M5 11l5 5 5-5",
  flat: "M4 10h12",
  right: "M7 4l6 6-6 6",
  sun: "M10 6.5a3.5 3.5 0 100 7 3.5 3.5 0 000-7zM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.300 4.300l1.100 1.100M14.600 14.600l1.100 1.100M4.300 15.700l1.100-1.100M14.600 5.400l1.100-1.100",
  moon: "M16 12.5A6.5 6.5 0 017.5 4a6.5 6.5 0 108.5 8.5z",
  keys: "M2.5 5.5h15v9h-15zM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6.5 11.5h7",
  wait: "M6 3h8M6 17h8M6.5 3c0 4 7 4.5 7 7s-7 3-7 7M13.5 3c0 4-7 4.5-7 7s7 3 7 7",
  person: "M10 3.5a3 3 0 100 6 3 3 0 000-6zM4 17c.5-3.5 3-5 6-5s5.5 1.5 6 5",
  again: "M16 10a6 6 0 11-2-4.5M16.5 3v3.5H13",
} as const;

export type IconName = keyof typeof PATHS;

/** One sign, hidden from screen readers: the word beside it speaks. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
