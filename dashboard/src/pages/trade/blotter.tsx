/** Orders that work, all orders, and fills. Each leads to the order's way. */

import type { Seen } from "../../live/feed";
import { address } from "../../live/route";
import { Gain } from "../../parts/amount";
import { Status } from "../../parts/badge";
import { Empty, Panel, Shown } from "../../parts/panel";
import { Side } from "../../parts/side";
import { Table } from "../../parts/table";
import { When } from "../../parts/when";
import type { Fill, Fills, Order, Orders } from "../../types";
import { plain, price, quantity } from "../../words";

const OVER = new Set(["filled", "cancelled", "canceled", "rejected", "refused", "expired", "denied", "replaced"]);
export const TABS = [
  ["working", "Working"],
  ["orders", "All orders"],
  ["fills", "Fills"],
] as const;
export type Tab = (typeof TABS)[number][0];

interface BlotterShape {
  orders: Seen<Orders>;
  fills: Seen<Fills>;
  tab: Tab;
  current: string | undefined;
}

export function Blotter({ orders, fills, tab, current }: BlotterShape) {
  const working = orders.value?.orders.filter((each) => !OVER.has(each.status)) ?? [];
  return (
    <Panel
      title="Orders"
      area="blotter"
      flush
      aside={
        <nav class="tabs" aria-label="Orders and fills">
          {TABS.map(([name, title]) => (
            <a key={name} href={address("trade", name)} aria-current={tab === name ? "true" : undefined}>
              {title}
              {name === "working" && orders.value && <span class="count">{working.length}</span>}
              {name === "fills" && fills.value && <span class="count">{fills.value.total}</span>}
            </a>
          ))}
        </nav>
      }
    >
      {tab === "fills" ? (
        <Shown seen={fills}>{(value) => <FillTable fills={value.trades} />}</Shown>
      ) : (
        <Shown seen={orders}>
          {(value) => <OrderTable orders={tab === "working" ? working : value.orders} tab={tab} current={current} />}
        </Shown>
      )}
    </Panel>
  );
}

function OrderTable({ orders, tab, current }: { orders: readonly Order[]; tab: string; current: string | undefined }) {
  if (orders.length === 0) {
    return (
      <Empty>
        {tab === "working"
          ? "No order works at a venue now."
          : "No order yet. The first stands here when a strategy decides on one."}
      </Empty>
    );
  }
  return (
    <Table
      label="Orders"
      rows={orders}
      keyOf={(row) => row.order_id}
      href={(row) => address("trade", "order", row.order_id)}
      current={current}
      columns={[
        { name: "Symbol", cell: (row) => row.symbol },
        { name: "Side", cell: (row) => <Side side={row.side} /> },
        { name: "Quantity", number: true, cell: (row) => quantity(row.quantity) },
        { name: "Filled", number: true, rank: 2, cell: (row) => quantity(row.filled_quantity) },
        { name: "Type", rank: 2, cell: (row) => `${plain(row.type)}, ${row.time_in_force}` },
        { name: "Price", number: true, rank: 3, cell: (row) => price(row.price ?? row.stop_price) },
        {
          name: "Status",
          cell: (row) => <Status word={row.status} {...(row.message ? { title: row.message } : {})} />,
        },
        { name: "Strategy", rank: 3, cell: (row) => row.strategy },
        { name: "Created", rank: 2, cell: (row) => <When at={row.created_at} of="market" dated /> },
      ]}
    />
  );
}

function FillTable({ fills }: { fills: readonly Fill[] }) {
  if (fills.length === 0) return <Empty>No fill yet. The first stands here when a venue has reported it.</Empty>;
  return (
    <Table
      label="Fills"
      rows={fills}
      keyOf={(row) => `${row.account} ${row.execution_id} ${row.seq}`}
      href={(row) => address("trade", "order", row.order_id)}
      columns={[
        { name: "Symbol", cell: (row) => row.symbol },
        { name: "Side", cell: (row) => <Side side={row.side} /> },
        { name: "Quantity", number: true, cell: (row) => quantity(row.quantity) },
        { name: "Price", number: true, cell: (row) => price(row.price) },
        {
          name: "Fee",
          number: true,
          rank: 3,
          cell: (row) => (
            <>
              {quantity(row.fee)} <span class="unit">{row.fee_currency}</span>
            </>
          ),
        },
        {
          name: "Realized",
          number: true,
          rank: 2,
          cell: (row) => <Gain value={row.realized} currency={row.currency} />,
        },
        { name: "For", rank: 3, cell: (row) => row.shares.map((each) => each.strategy || "nobody").join(", ") },
        { name: "Market time", rank: 2, cell: (row) => <When at={row.at} of="market" dated /> },
        { name: "Wall time", rank: 3, cell: (row) => <When at={row.recorded_at} of="wall" /> },
      ]}
    />
  );
}
