/** Whether trading is halted, asked often enough that a halt by anybody shows within a second or two. */

import { observability } from "../doors";
import { type Seen, useDoor } from "../live/feed";
import type { KillSwitch } from "../types";

export const KILL_SWITCH = observability("/risk/kill-switch");
const EVERY_MS = 1_500;

export function useHalted(): Seen<KillSwitch> {
  return useDoor<KillSwitch>(KILL_SWITCH, EVERY_MS);
}
