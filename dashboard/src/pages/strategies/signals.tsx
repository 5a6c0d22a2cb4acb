/** What strategies said, with how sure they were. */

import { Badge } from "../../parts/badge";
import { Empty } from "../../parts/panel";
import { Table } from "../../parts/table";
import { When } from "../../parts/when";
import type { Signal } from "../../types";
import { percent, plain, price } from "../../words";

export function SignalTable({ signals }: { signals: readonly Signal[] }) {
  if (signals.length === 0) {
    return (
      <Empty>No signal yet. A strategy's decision makes one; a strategy that gives no confidence shows none.</Empty>
    );
  }
  return (
    <Table
      label="Signals"
      rows={signals}
      keyOf={(row) => row.id}
      columns={[
        { name: "Symbol", cell: (row) => row.symbol },
        { name: "Action", cell: (row) => plain(row.action) },
        { name: "Confidence", number: true, cell: (row) => percent(row.confidence, 0) },
        { name: "Price", number: true, rank: 2, cell: (row) => price(row.price) },
        {
          name: "Reason",
          rank: 2,
          cell: (row) => (
            <>
              {row.withheld && <Badge tone="warn">withheld</Badge>}{" "}
              {row.stale && (
                <Badge tone="warn" icon="clock">
                  stale
                </Badge>
              )}{" "}
              {row.reason ?? <span class="faint">none given by {row.source}</span>}
            </>
          ),
        },
        { name: "Market time", cell: (row) => <When at={row.timestamp} of="market" /> },
      ]}
    />
  );
}
