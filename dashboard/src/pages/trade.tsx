/** Prices with our fills, positions, orders, and one order's way. */

import { useEffect, useRef } from "preact/hooks";
import { execution, marketData, observability, OFTEN_MS } from "../asked";
import { go } from "../live/route";
import { useDoor } from "../live/feed";
import type { Fills, Orders, Positions, Prices } from "../types";
import { Blotter, type Tab, TABS } from "./trade/blotter";
import { JourneyDrawer } from "./trade/journey";
import { PositionsPanel } from "./trade/positions";
import { PriceChart } from "./trade/price_chart";

export function Trade({ rest }: { rest: readonly string[] }) {
  const prices = useDoor<Prices>(marketData("/api/v1/prices/latest"), OFTEN_MS);
  const positions = useDoor<Positions>(execution("/positions"), OFTEN_MS);
  const orders = useDoor<Orders>(execution("/orders?status=all&limit=200"), OFTEN_MS);
  const fills = useDoor<Fills>(observability("/api/trades?limit=500"), OFTEN_MS);
  const orderId = rest[0] === "order" ? rest[1] : undefined;
  const named = rest[0] === "symbol" ? rest[1] : undefined;
  const ordered = orders.value?.orders.find((each) => each.order_id === orderId)?.symbol;
  const priced = prices.value?.prices.map((each) => each.symbol) ?? [];
  const held =
    positions.value?.positions.filter((each) => Number(each.quantity) !== 0).map((each) => each.symbol) ?? [];
  const symbols = [...new Set([...priced, ...held])].sort();
  const symbol = named ?? ordered ?? held.find((each) => priced.includes(each)) ?? symbols[0] ?? null;
  const tab = useRef<Tab>("working");
  tab.current = TABS.find(([name]) => name === rest[0])?.[0] ?? tab.current;
  useSymbolKeys(symbols, symbol);
  return (
    <>
      <h1>Trade</h1>
      <PriceChart symbol={symbol} symbols={symbols} prices={prices} fills={fills} />
      <PositionsPanel positions={positions} current={symbol} />
      <Blotter orders={orders} fills={fills} tab={tab.current} current={orderId} />
      {orderId !== undefined && (
        <JourneyDrawer
          orderId={orderId}
          onClose={() => (history.length > 1 && document.referrer === "" ? history.back() : go("trade"))}
        />
      )}
    </>
  );
}

/** `[` and `]` go to the symbol before and after. */
function useSymbolKeys(symbols: readonly string[], current: string | null): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if ((event.key !== "[" && event.key !== "]") || symbols.length === 0) return;
      if (event.target instanceof HTMLElement && event.target.matches("input, textarea")) return;
      const at = current === null ? 0 : symbols.indexOf(current);
      const next = symbols[(at + (event.key === "]" ? 1 : -1) + symbols.length) % symbols.length];
      if (next !== undefined) go("trade", "symbol", next);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [symbols.join(" "), current]);
}
