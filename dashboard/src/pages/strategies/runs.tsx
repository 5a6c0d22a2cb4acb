/** What became of each decision at execution. */

import { Status } from "../../parts/badge";
import { Empty } from "../../parts/panel";
import { Table } from "../../parts/table";
import { When } from "../../parts/when";
import type { Run } from "../../types";
import { millis, UNKNOWN } from "../../words";

export function RunTable({ runs }: { runs: readonly Run[] }) {
  if (runs.length === 0)
    return <Empty>No run yet. A run carries a decision to execution and keeps what came of it.</Empty>;
  return (
    <Table
      label="Runs"
      rows={runs}
      keyOf={(row) => row.run_id}
      columns={[
        {
          name: "Strategy",
          cell: (row) => (
            <>
              {row.strategy} <span class="faint">{row.account}</span>
            </>
          ),
        },
        { name: "Status", cell: (row) => <Status word={row.status} /> },
        { name: "Because of", rank: 3, cell: (row) => row.trigger },
        { name: "Targets", number: true, rank: 2, cell: (row) => row.targets },
        { name: "Orders", number: true, cell: (row) => row.orders_submitted },
        {
          name: "Refused",
          number: true,
          rank: 2,
          cell: (row) => row.orders_refused,
        },
        { name: "Why", rank: 2, cell: (row) => <span class="soft">{row.reason ?? ""}</span> },
        { name: "Took", number: true, rank: 3, cell: (row) => took(row) },
        { name: "Decided", cell: (row) => <When at={row.decided_at} of="market" /> },
        { name: "Started", rank: 3, cell: (row) => <When at={row.started_at} of="wall" /> },
      ]}
    />
  );
}

function took(run: Run): string {
  const from = millis(run.started_at);
  const to = millis(run.completed_at);
  return from === null || to === null ? UNKNOWN : `${to - from} ms`;
}
