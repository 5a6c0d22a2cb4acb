/** What is at stake, by account and by symbol. Two currencies are never summed. */

import { Empty } from "../../parts/panel";
import { Table } from "../../parts/table";
import { When } from "../../parts/when";
import type { Exposure } from "../../types";
import { decimal, quantity } from "../../words";

export function ExposureTables({ exposure }: { exposure: Exposure }) {
  const symbols = Object.entries(exposure.by_symbol).filter(
    ([, each]) => Number(each.value) !== 0 || Number(each.worst) !== 0,
  );
  return (
    <div class="side-by-side">
      <Table
        label="Exposure by account"
        rows={exposure.accounts}
        keyOf={(row) => row.account}
        columns={[
          {
            name: "Account",
            cell: (row) => (
              <>
                {row.account} <span class="unit">{row.currency}</span>
              </>
            ),
          },
          { name: "Long", number: true, cell: (row) => decimal(row.long) },
          { name: "Net", number: true, rank: 2, cell: (row) => decimal(row.net) },
          { name: "Short", number: true, cell: (row) => decimal(row.short) },
          { name: "If all fills", number: true, cell: (row) => decimal(row.worst) },
        ]}
      />
      {symbols.length === 0 ? (
        <Empty>Nothing is held and nothing works.</Empty>
      ) : (
        <Table
          label="Exposure by symbol"
          rows={symbols}
          keyOf={([symbol]) => symbol}
          columns={[
            { name: "Symbol", cell: ([symbol]) => symbol },
            { name: "Quantity", number: true, cell: ([, each]) => quantity(each.quantity) },
            {
              name: "Value",
              number: true,
              cell: ([, each]) => (
                <>
                  {decimal(each.value)} <span class="unit">{each.currency}</span>
                </>
              ),
            },
            { name: "As of", rank: 3, cell: ([, each]) => <When at={each.as_of} of="market" /> },
          ]}
        />
      )}
    </div>
  );
}
