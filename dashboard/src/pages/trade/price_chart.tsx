/** The price of one symbol, live, and the way to the others. */

import { useCallback, useMemo, useState } from "preact/hooks";
import { Candles } from "../../charts/candles";
import { marketData, SELDOM_MS } from "../../asked";
import { useNow } from "../../live/clock";
import { type Seen, useDoor } from "../../live/feed";
import { address } from "../../live/route";
import type { StreamState } from "../../live/stream";
import { Badge } from "../../parts/badge";
import { Empty, Panel, Shown } from "../../parts/panel";
import { When } from "../../parts/when";
import type { Bars, Fills, Prices } from "../../types";
import { price as written, stretch } from "../../words";

interface PriceChartShape {
  symbol: string | null;
  symbols: readonly string[];
  prices: Seen<Prices>;
  fills: Seen<Fills>;
}

interface Last {
  symbol: string;
  value: number;
  at: string;
}

export function PriceChart({ symbol, symbols, prices, fills }: PriceChartShape) {
  const bars = useDoor<Bars>(
    symbol === null ? null : marketData(`/api/v1/bars?symbol=${encodeURIComponent(symbol)}&limit=1000`),
    SELDOM_MS,
  );
  const [live, setLive] = useState<Last | null>(null);
  const [stream, setStream] = useState<StreamState>({ open: false, retryAt: null });
  const onPrice = useCallback(
    (value: number, at: string) => symbol !== null && setLive({ symbol, value, at }),
    [symbol],
  );
  const ours = useMemo(() => fills.value?.trades.filter((each) => each.symbol === symbol) ?? [], [fills.value, symbol]);
  const known = prices.value?.prices.find((each) => each.symbol === symbol);
  const last = live?.symbol === symbol ? live : known ? { value: known.price, at: known.as_of } : null;
  return (
    <Panel
      title="Prices"
      area="prices"
      aside={<Live stream={stream} stale={known?.stale === true} source={known?.source} />}
      flush
    >
      <nav class="symbols" aria-label="Symbols">
        {symbols.map((each) => (
          <a key={each} href={address("trade", "symbol", each)} aria-current={each === symbol ? "true" : undefined}>
            {each}
          </a>
        ))}
        {last !== null && (
          <span class="last-price">
            <strong>{written(last.value)}</strong> <When at={last.at} of="market" />
          </span>
        )}
      </nav>
      {symbol === null ? (
        <Shown seen={prices}>{() => <Empty>No price has been seen yet: the market may not have opened.</Empty>}</Shown>
      ) : (
        <Shown seen={bars}>
          {(value) =>
            value.bars.length === 0 ? (
              <Empty>No bar of {symbol} yet. The first stands here when its minute has ended.</Empty>
            ) : (
              <Candles symbol={symbol} bars={value.bars} fills={ours} onPrice={onPrice} onStream={setStream} />
            )
          }
        </Shown>
      )}
    </Panel>
  );
}

function Live({ stream, stale, source }: { stream: StreamState; stale: boolean; source: string | undefined }) {
  const now = useNow();
  return (
    <>
      {source && <span>from {source}</span>}
      {stale && (
        <Badge tone="warn" icon="clock">
          stale
        </Badge>
      )}
      {stream.open ? (
        <Badge tone="good">live</Badge>
      ) : (
        <Badge tone="warn" icon="wait">
          {stream.retryAt === null ? "connecting" : `stream down, again in ${stretch(stream.retryAt - now)}`}
        </Badge>
      )}
    </>
  );
}
