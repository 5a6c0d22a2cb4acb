/** How much of a limit is used: a bar, and the same in words beside it. */

import { percent } from "../words";

const NEAR = 0.8;

/** `share` of one; null where it is unknown, which draws no bar. */
export function Meter({ share, label }: { share: number | null; label: string }) {
  const level = share === null ? "unknown" : share >= 1 ? "over" : share >= NEAR ? "near" : "within";
  const words =
    share === null
      ? "unknown"
      : `${percent(share, 0)}${level === "within" ? "" : level === "over" ? `, ${(share ?? 0) > 1 ? "over" : "at"} the limit` : ", near the limit"}`;
  return (
    <div class={`meter ${level}`}>
      <svg
        class="meter-bar"
        viewBox="0 0 100 4"
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}: ${words}`}
      >
        <rect class="track" width="100" height="4" />
        <rect class="used" width={Math.min(Math.max(share ?? 0, 0), 1) * 100} height="4" />
      </svg>
      <span class="meter-words">{words}</span>
    </div>
  );
}
