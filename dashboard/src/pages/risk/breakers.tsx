/** The trading breaker of each account, and its reset. */

import { useState } from "preact/hooks";
import { observability } from "../../asked";
import { ask } from "../../live/ask";
import { refresh, type Seen } from "../../live/feed";
import { may } from "../../live/session";
import { Gain } from "../../parts/amount";
import { Status } from "../../parts/badge";
import { Dialog } from "../../parts/dialog";
import { Icon } from "../../parts/icon";
import { Panel, Shown } from "../../parts/panel";
import { Table } from "../../parts/table";
import { When } from "../../parts/when";
import type { Breaker, Breakers } from "../../types";

export function BreakerPanel({ breakers }: { breakers: Seen<Breakers> }) {
  const [asking, setAsking] = useState(false);
  const active = breakers.value?.accounts.some((each) => each.active) === true;
  return (
    <Panel
      title="Breakers"
      area="wide"
      flush
      aside={
        active && (
          <button type="button" class="small-button" onClick={() => setAsking(true)} disabled={!may("operator")}>
            Reset…
          </button>
        )
      }
    >
      <Shown seen={breakers}>{(value) => <BreakerTable rows={value.accounts} />}</Shown>
      {asking && <Reset onClose={() => setAsking(false)} />}
    </Panel>
  );
}

function BreakerTable({ rows }: { rows: readonly Breaker[] }) {
  return (
    <Table
      label="Breakers"
      rows={rows}
      keyOf={(row) => row.account}
      columns={[
        { name: "Account", cell: (row) => row.account },
        { name: "State", cell: (row) => <Status word={row.state} /> },
        { name: "Day's P&L", number: true, cell: (row) => <Gain value={row.daily_pnl} currency={row.currency} /> },
        { name: "Losses in a row", number: true, rank: 2, cell: (row) => row.consecutive_losses },
        { name: "Reason", rank: 2, cell: (row) => row.reason ?? <span class="faint">none</span> },
        { name: "Tripped", rank: 3, cell: (row) => <When at={row.tripped_at} of="market" dated /> },
        { name: "Cooldown ends", rank: 3, cell: (row) => <When at={row.cooldown_ends_at} of="market" dated /> },
        { name: "Resumes", rank: 3, cell: (row) => (row.auto_resume ? "by itself" : "by hand") },
      ]}
    />
  );
}

function Reset({ onClose }: { onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    const answer = await ask<Breakers>(observability("/risk/reset"), {
      method: "POST",
      body: { reason: reason.trim() },
    });
    setBusy(false);
    refresh("circuit-breaker");
    if (answer.ok) onClose();
    else setFailed(answer.fault.message);
  };
  return (
    <Dialog title="Reset the breakers" onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <p>
          Every tripped breaker starts its cooldown, and opens the way again when that is over. The losses stay lost.
        </p>
        <div>
          <label for="reset-reason">Reason</label>
          <input
            id="reset-reason"
            required
            maxLength={200}
            autofocus
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </div>
        {failed !== null && (
          <p class="problem" role="alert">
            <Icon name="bad" size={14} /> {failed}
          </p>
        )}
        <div class="dialog-actions">
          <button type="button" onClick={onClose}>
            Leave them
          </button>
          <button type="submit" class="primary" disabled={busy || reason.trim() === ""}>
            {busy ? "Resetting…" : "Reset"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
