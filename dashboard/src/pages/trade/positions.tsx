/** What is held, per account. */

import type { Seen } from "../../live/feed";
import { address } from "../../live/route";
import { Gain } from "../../parts/amount";
import { Empty, Panel, Shown } from "../../parts/panel";
import { Table } from "../../parts/table";
import type { Position, Positions } from "../../types";
import { decimal, instant, minus, price, quantity } from "../../words";

export function PositionsPanel({ positions, current }: { positions: Seen<Positions>; current: string | null }) {
  return (
    <Panel title="Positions" area="positions" flush>
      <Shown seen={positions}>
        {(value) => {
          const held = value.positions.filter((each) => Number(each.quantity) !== 0);
          if (held.length === 0) return <Empty>Nothing is held. A position stands here with its first fill.</Empty>;
          return (
            <Held
              rows={held}
              currencies={new Map(value.accounts.map((each) => [each.account, each.currency]))}
              current={current}
            />
          );
        }}
      </Shown>
    </Panel>
  );
}

function Held({
  rows,
  currencies,
  current,
}: {
  rows: readonly Position[];
  currencies: Map<string, string>;
  current: string | null;
}) {
  return (
    <Table
      label="Positions"
      rows={rows}
      keyOf={(row) => row.symbol}
      href={(row) => address("trade", "symbol", row.symbol)}
      current={current ?? undefined}
      columns={[
        { name: "Symbol", cell: (row) => row.symbol },
        { name: "Quantity", number: true, cell: (row) => quantity(row.quantity) },
        {
          name: "Last, average",
          number: true,
          rank: 2,
          cell: (row) => (
            <span class="stacked" title={`Last price at ${instant(row.as_of)} market time`}>
              {price(row.last_price)}
              <span class="faint">{price(row.average_price)}</span>
            </span>
          ),
        },
        {
          name: "Value",
          number: true,
          cell: (row) => (
            <>
              {decimal(row.market_value)} <span class="unit">{currencies.get(row.account)}</span>
            </>
          ),
        },
        { name: "Open P&L", number: true, cell: (row) => <Gain value={minus(row.market_value, row.cost)} /> },
      ]}
    />
  );
}
