/** Every decision, also those to do nothing, with the reason. */

import { Empty } from "../../parts/panel";
import { Table } from "../../parts/table";
import { When } from "../../parts/when";
import type { Decision } from "../../types";

export function DecisionTable({ decisions }: { decisions: readonly Decision[] }) {
  if (decisions.length === 0)
    return <Empty>No decision yet. The first comes with the first bar after the warm-up.</Empty>;
  return (
    <Table
      label="Decisions"
      rows={decisions}
      keyOf={(row) => `${row.account} ${row.strategy} ${row.decided_at}`}
      columns={[
        { name: "Strategy", cell: (row) => row.strategy },
        {
          name: "Decided",
          cell: (row) => (
            <>
              {row.facts.join(", ")} {row.skipped && <span class="soft">{row.skipped}</span>}
            </>
          ),
        },
        { name: "Market time", cell: (row) => <When at={row.decided_at} of="market" /> },
      ]}
    />
  );
}
