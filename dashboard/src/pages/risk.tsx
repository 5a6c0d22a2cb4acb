/** What may be lost, how near the limits are, and the two ways to stop. */

import { observability, OFTEN_MS } from "../asked";
import { useHalted } from "../frame/halted";
import { useDoor } from "../live/feed";
import { may } from "../live/session";
import { Icon } from "../parts/icon";
import { Panel, Shown } from "../parts/panel";
import type { Breakers, Exposure, Limits } from "../types";
import { BreakerPanel } from "./risk/breakers";
import { ExposureTables } from "./risk/exposure";
import { LimitTables } from "./risk/limits";

export function Risk({ onHalt }: { onHalt: () => void }) {
  const breakers = useDoor<Breakers>(observability("/api/system/circuit-breaker/status"), OFTEN_MS);
  const limits = useDoor<Limits>(observability("/api/limits"), OFTEN_MS);
  const exposure = useDoor<Exposure>(observability("/api/risk/exposure"), OFTEN_MS);
  return (
    <>
      <h1>Risk</h1>
      <KillSwitch onHalt={onHalt} />
      <BreakerPanel breakers={breakers} />
      <Panel title="Limits" flush>
        <Shown seen={limits}>{(value) => <LimitTables limits={value.limits} />}</Shown>
      </Panel>
      <Panel title="Exposure" flush>
        <Shown seen={exposure}>{(value) => <ExposureTables exposure={value} />}</Shown>
      </Panel>
    </>
  );
}

function KillSwitch({ onHalt }: { onHalt: () => void }) {
  const halted = useHalted();
  const state = halted.halted === undefined ? "unknown" : halted.halted ? "halted" : "trading";
  return (
    <Panel title="Kill switch" area="slim">
      <div class={`switch ${state}`}>
        <Icon name={state === "halted" ? "stop" : state === "trading" ? "play" : "wait"} size={22} />
        <div>
          <p class="switch-word">{state === "unknown" ? "Not known" : state === "halted" ? "Halted" : "Trading"}</p>
          <p class="soft">
            {state === "unknown"
              ? (halted.seen.fault?.message ?? "asking…")
              : state === "halted"
                ? (halted.reason ?? "no reason is known")
                : "Orders that risk approves are sent."}
          </p>
        </div>
        <button
          type="button"
          class={state === "halted" ? "primary" : "danger"}
          onClick={onHalt}
          disabled={!may("operator")}
        >
          {state === "halted" ? "Resume…" : "Halt…"}
        </button>
      </div>
      {!may("operator") && <p class="faint small">Halting needs a session with the scope operator.</p>}
    </Panel>
  );
}
