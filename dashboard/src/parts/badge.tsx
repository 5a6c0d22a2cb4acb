/** A word with its sign: how something is. Colour only underlines it. */

import type { ComponentChildren } from "preact";
import { plain } from "../words";
import { Icon, type IconName } from "./icon";

export type Tone = "good" | "warn" | "bad" | "soft" | "accent";

const SIGNS: Record<Tone, IconName> = { good: "ok", warn: "warn", bad: "bad", soft: "flat", accent: "info" };

export function Badge({
  tone,
  icon,
  title,
  children,
}: {
  tone: Tone;
  icon?: IconName;
  title?: string;
  children: ComponentChildren;
}) {
  return (
    <span class={`badge ${tone}`} title={title}>
      <Icon name={icon ?? SIGNS[tone]} size={12} />
      {children}
    </span>
  );
}

const TONES: Record<string, Tone> = {
  healthy: "good",
  trading: "good",
  filled: "good",
  completed: "good",
  closed: "good",
  normal: "good",
  pass: "good",
  passed: "good",
  running: "good",
  approved: "good",
  degraded: "warn",
  warming_up: "warn",
  cooldown: "warn",
  half_open: "warn",
  hold: "warn",
  nodata: "warn",
  no_data: "warn",
  stale: "warn",
  inconclusive: "warn",
  skipped: "soft",
  unhealthy: "bad",
  unreachable: "bad",
  refused: "bad",
  rejected: "bad",
  denied: "bad",
  tripped: "bad",
  open: "bad",
  fail: "bad",
  failed: "bad",
  error: "bad",
  unanswered: "bad",
  stopped: "bad",
};

/** The tone of a status word. An unknown word is neither good nor bad. */
export function toneOf(word: string): Tone {
  const key = word.toLowerCase().replaceAll(" ", "_");
  return TONES[key] ?? TONES[key.split(":")[0] ?? ""] ?? "soft";
}

/** A status word as it came, in its tone. */
export function Status({ word, title }: { word: string | null | undefined; title?: string }) {
  if (!word) return <Badge tone="soft">unknown</Badge>;
  return (
    <Badge tone={toneOf(word)} {...(title === undefined ? {} : { title })}>
      {plain(word)}
    </Badge>
  );
}
