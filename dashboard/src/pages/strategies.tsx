/** Who decides, what was decided, what was said with it, and what became of it. */

import { observability, OFTEN_MS, orchestrator, signals, STEADY_MS } from "../asked";
import { useDoor } from "../live/feed";
import { Empty, Panel, Shown } from "../parts/panel";
import type { Decisions, Runs, Signal, Strategies as Told } from "../types";
import { DecisionTable } from "./strategies/decisions";
import { Desk } from "./strategies/desk";
import { RunTable } from "./strategies/runs";
import { SignalTable } from "./strategies/signals";

export function Strategies() {
  const strategies = useDoor<Told>(signals("/api/v1/strategies"), OFTEN_MS);
  const said = useDoor<Signal[]>(observability("/api/ai/signals/latest?limit=30"), STEADY_MS);
  const decisions = useDoor<Decisions>(signals("/api/v1/decisions?limit=60"), STEADY_MS);
  const runs = useDoor<Runs>(orchestrator("/api/v1/orchestration/runs?limit=60"), STEADY_MS);
  return (
    <>
      <h1>Strategies</h1>
      <Shown seen={strategies}>
        {(value) =>
          value.strategies.length === 0 ? (
            <Empty>No strategy is configured: set strategies.alpaca or strategies.binance to a file.</Empty>
          ) : (
            <div class="desks">
              {value.strategies.map((each) => (
                <Desk key={`${each.strategy} ${each.account}`} strategy={each} />
              ))}
            </div>
          )
        }
      </Shown>
      <Panel title="Signals" area="half" flush tall>
        <Shown seen={said}>{(value) => <SignalTable signals={value} />}</Shown>
      </Panel>
      <Panel title="Decisions" area="half" flush tall>
        <Shown seen={decisions}>{(value) => <DecisionTable decisions={value.decisions} />}</Shown>
      </Panel>
      <Panel title="Runs" aside={runs.value && <span>{runs.value.total} kept</span>} flush tall>
        <Shown seen={runs}>{(value) => <RunTable runs={value.runs} />}</Shown>
      </Panel>
    </>
  );
}
