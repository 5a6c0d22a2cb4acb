/** May orders be sent, and how near is the next limit. */

import { observability, STEADY_MS } from "../../asked";
import { useHalted } from "../../frame/halted";
import { type Seen, useDoor } from "../../live/feed";
import { Gain } from "../../parts/amount";
import { Badge, Status } from "../../parts/badge";
import { Meter } from "../../parts/meter";
import { Panel, Shown } from "../../parts/panel";
import type { Breakers, Limit, Limits } from "../../types";
import { limitName } from "../risk/limit_words";

export function Safety({ breakers }: { breakers: Seen<Breakers> }) {
  const halted = useHalted();
  const limits = useDoor<Limits>(observability("/api/limits"), STEADY_MS);
  return (
    <Panel title="Safety" area="third" aside={<a href="#/risk">Risk</a>}>
      <dl class="facts">
        <dt>Kill switch</dt>
        <dd>
          {halted.halted === undefined ? (
            <span class="faint">{halted.seen.fault?.message ?? "asking…"}</span>
          ) : halted.halted ? (
            <Badge tone="bad" icon="stop">
              halted
            </Badge>
          ) : (
            <Badge tone="good">trading</Badge>
          )}
        </dd>
      </dl>
      <Shown seen={breakers}>
        {(value) => (
          <dl class="facts spaced">
            {value.accounts.map((each) => (
              <>
                <dt>Breaker {each.account}</dt>
                <dd>
                  <Gain value={each.daily_pnl} currency={each.currency} /> <Status word={each.state} />
                </dd>
              </>
            ))}
          </dl>
        )}
      </Shown>
      <Shown seen={limits}>{(value) => <Nearest limits={value.limits} />}</Shown>
    </Panel>
  );
}

function Nearest({ limits }: { limits: readonly Limit[] }) {
  const nearest = [...limits]
    .filter((each) => each.utilization !== null)
    .sort((a, b) => (b.utilization ?? 0) - (a.utilization ?? 0))
    .slice(0, 3);
  if (nearest.length === 0) return null;
  return (
    <div class="nearest">
      <h3>Nearest limits</h3>
      {nearest.map((each) => (
        <div key={`${each.account} ${each.name}`}>
          <span>
            {limitName(each.name)} <span class="faint">{each.symbol ?? each.account}</span>
          </span>
          <Meter share={each.utilization} label={`${limitName(each.name)} of ${each.account}`} />
        </div>
      ))}
    </div>
  );
}
