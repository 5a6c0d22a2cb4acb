/** What an order does here, in one line on every page; and loudly, that trading is halted. */

import { execution, SELDOM_MS } from "../asked";
import { useDoor } from "../live/feed";
import { Icon } from "../parts/icon";
import type { Config } from "../types";
import { useHalted } from "./halted";

const MEANING: Record<string, string> = {
  dry_run: "strategies decide and nothing is sent",
  sim: "orders go to the local venues; no order can reach real money",
  paper: "orders go to the venues' paper accounts; no order can reach real money",
  live: "orders reach real money",
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
        <span class="banner-text">{mode ? MEANING[mode] : (config.fault?.message ?? "asking…")}</span>
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
