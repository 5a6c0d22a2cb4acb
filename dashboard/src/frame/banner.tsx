/** What an order does here, in one line on every page; and loudly, that trading is halted. */

import { execution, SELDOM_MS } from "../asked";
import { useDoor } from "../live/feed";
import { Icon } from "../parts/icon";
import type { Config } from "../types";
import { useHalted } from "./halted";

/** What holds for every order here, and where orders go. */
const MEANING: Record<string, readonly [string, string]> = {
  dry_run: ["no order is sent", "strategies decide, and that is all"],
  sim: ["no order can reach real money", "orders go to the local venues"],
  paper: ["no order can reach real money", "orders go to the venues' paper accounts"],
  live: ["orders reach real money", "this is the stage that counts"],
};

export function Banner() {
  const config = useDoor<Config>(execution("/api/v1/config"), SELDOM_MS);
  const halted = useHalted();
  const mode = config.value?.mode;
  return (
    <div class="banners">
      <p class={`banner mode-${mode ?? "unknown"}`}>
        <strong>{mode ?? "mode unknown"}</strong>
        {config.value && <span class="banner-stage">stage {config.value.stage}</span>}
        <span class="banner-text">
          {mode ? MEANING[mode]?.[0] : (config.fault?.message ?? "asking…")}
          {mode && <span class="banner-more">: {MEANING[mode]?.[1]}</span>}
        </span>
      </p>
      {halted.halted && (
        <p class="banner halted" role="alert">
          <Icon name="stop" size={16} />
          <strong>Trading is halted</strong>
          <span class="banner-text">{halted.reason ?? "no reason is known"}</span>
        </p>
      )}
    </div>
  );
}
