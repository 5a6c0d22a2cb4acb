/** One strategy at its desk: how it is, what it holds, what it decided last. */

import { useState } from "preact/hooks";
import { signals } from "../../asked";
import { ask } from "../../live/ask";
import { refresh } from "../../live/feed";
import { may } from "../../live/session";
import { Badge, Status } from "../../parts/badge";
import { When } from "../../parts/when";
import { Icon } from "../../parts/icon";
import type { Reloads, Strategy } from "../../types";
import { quantity, UNKNOWN } from "../../words";

export function Desk({ strategy }: { strategy: Strategy }) {
  const last = strategy.last_decision;
  const held = Object.entries(strategy.positions ?? {}).filter(([, quantity]) => Number(quantity) !== 0);
  const [state = "", why] = strategy.state.split(/: (.*)/s);
  return (
    <section class="panel desk" aria-label={`Strategy ${strategy.strategy} at ${strategy.account}`}>
      <header class="panel-head">
        <h2>
          {strategy.strategy} <span class="faint">at {strategy.account}</span>
        </h2>
        <div class="panel-aside">
          <Status word={state} />
          <Reload strategy={strategy} />
        </div>
      </header>
      <div class="panel-body">
        {why && (
          <p class="problem">
            <Icon name="bad" size={14} /> {why}
          </p>
        )}
        {strategy.warning && (
          <p class="edited">
            <Badge tone="warn">edited file not trading</Badge> {strategy.warning}
          </p>
        )}
        <dl class="facts">
          <dt>Trades</dt>
          <dd>{strategy.symbols.join(", ") || UNKNOWN}</dd>
          <dt>Schedule</dt>
          <dd>{strategy.schedule}</dd>
          <dt>Holds</dt>
          <dd>
            {strategy.positions === null
              ? "not known yet"
              : held.length === 0
                ? "nothing"
                : held.map(([symbol, held]) => `${symbol} ${quantity(held)}`).join(", ")}
          </dd>
          <dt>Newest bar</dt>
          <dd>
            <When at={strategy.last_bar_at} of="market" dated />
          </dd>
          <dt>File loaded</dt>
          <dd>
            <When at={strategy.loaded_at} of="wall" dated />{" "}
            {strategy.digest && <code title={strategy.digest}>{strategy.digest.slice(0, 12)}</code>}
          </dd>
          <dt>Warm-up</dt>
          <dd>
            {strategy.warm_up === null
              ? UNKNOWN
              : Object.entries(strategy.warm_up)
                  .map(([symbol, bars]) => `${symbol} ${bars} bars`)
                  .join(", ")}
          </dd>
          <dt>Last decision</dt>
          <dd>
            {last === null ? (
              "none yet"
            ) : (
              <>
                {last.facts.join(", ") || last.skipped} <When at={last.decided_at} of="market" />
              </>
            )}
          </dd>
          {last?.skipped && last.facts.length > 0 && (
            <>
              <dt>Skipped</dt>
              <dd>{last.skipped}</dd>
            </>
          )}
        </dl>
      </div>
    </section>
  );
}

function Reload({ strategy }: { strategy: Strategy }) {
  const [said, setSaid] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  if (!may("operator")) return null;
  const reload = async () => {
    setBusy(true);
    const body = { strategy: strategy.strategy };
    const answer = await ask<Reloads>(signals("/api/v1/model/reload"), { method: "POST", body });
    setBusy(false);
    refresh("signals");
    const told = answer.ok ? answer.value : (answer.fault.body as Partial<Reloads> | undefined);
    const mine = told?.reloaded?.find((each) => each.account === strategy.account);
    if (mine !== undefined) setSaid(mine.error ?? (mine.changed ? "new version trades" : "nothing had changed"));
    else if (!answer.ok) setSaid(answer.fault.message);
  };
  return (
    <>
      {said !== null && <span role="status">{said}</span>}
      <button
        type="button"
        class="small-button"
        onClick={() => void reload()}
        disabled={busy}
        title="Load the strategy's file again"
      >
        <Icon name="again" size={13} /> {busy ? "Reloading…" : "Reload"}
      </button>
    </>
  );
}
