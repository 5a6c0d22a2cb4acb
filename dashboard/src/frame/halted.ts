/** Whether trading is halted, asked often enough that a halt by anybody shows within a second or two. */

import { observability } from "../asked";
import { type Seen, tell, useDoor } from "../live/feed";
import { may } from "../live/session";
import type { KillSwitch, SystemHealth } from "../types";

const SWITCH = observability("/risk/kill-switch");
const HEALTH = observability("/health"); // whoever may not see the switch sees here whether it is thrown
const EVERY_MS = 1_500;

/** What is known: `halted` is undefined until somebody has said. */
export interface Halted {
  halted: boolean | undefined;
  reason: string | null;
  seen: Seen<unknown>;
}

export function useHalted(): Halted {
  const operator = may("operator");
  const thrown = useDoor<KillSwitch>(operator ? SWITCH : null, EVERY_MS);
  const health = useDoor<SystemHealth>(operator ? null : HEALTH, 2 * EVERY_MS);
  if (operator) return { halted: thrown.value?.active, reason: thrown.value?.reason ?? null, seen: thrown };
  return { halted: health.value?.risk.halted, reason: health.value?.risk.reason ?? null, seen: health };
}

/** The platform's answer to a word is news at once: nobody waits for the next question. */
export function tellHalted(active: boolean, reason: string | null, journalled: boolean): void {
  tell<KillSwitch>(SWITCH, { active, reason, journalled, timestamp: new Date().toISOString() });
}
