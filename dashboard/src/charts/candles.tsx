/** Price bars over market time, with our fills where they happened. */

import {
  CandlestickSeries,
  createSeriesMarkers,
  LineStyle,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type SeriesMarker,
  type UTCTimestamp,
} from "lightweight-charts";
import { useCallback, useEffect, useRef } from "preact/hooks";
import { type Heard, type StreamState, useStream } from "../live/stream";
import type { Bar, Fill } from "../types";
import { instant, millis, price, quantity } from "../words";
import { digits, useChart } from "./board";
import { colours } from "./colours";

const BARS_SHOWN = 120;

interface CandlesShape {
  symbol: string;
  bars: readonly Bar[];
  fills: readonly Fill[];
  onPrice: (value: number, at: string) => void;
  onStream: (state: StreamState) => void;
}

interface Drawn {
  last: IPriceLine;
  candles: ISeriesApi<"Candlestick">;
  marks: ISeriesMarkersPluginApi<UTCTimestamp>;
}

export function Candles({ symbol, bars, fills, onPrice, onStream }: CandlesShape) {
  const { box, made } = useChart(draw);
  const newest = useRef<UTCTimestamp>(0 as UTCTimestamp);
  const shown = useRef<string | null>(null);

  useEffect(() => {
    if (made === null) return;
    made.series.candles.applyOptions({ priceFormat: digits(precisionOf(bars)) });
    made.series.candles.setData(
      bars.map((bar) => ({
        time: secondsOf(bar.start),
        open: bar.open,
        high: bar.high,
        low: bar.low,
        close: bar.close,
      })),
    );
    newest.current = bars.length ? secondsOf(bars[bars.length - 1]?.start ?? 0) : (0 as UTCTimestamp);
    made.series.last.applyOptions({ price: bars.at(-1)?.close ?? 0 });
    if (shown.current !== symbol)
      made.chart.timeScale().setVisibleLogicalRange({ from: bars.length - BARS_SHOWN, to: bars.length + 4 });
    shown.current = symbol;
  }, [made, bars, symbol]);

  useEffect(() => {
    if (made !== null) made.series.marks.setMarkers(marksOf(fills, bars));
  }, [made, bars, fills]);

  const hear = useCallback(
    (heard: Heard) => {
      if (heard.type === "tick") {
        onPrice(heard.price, heard.timestamp);
        return;
      }
      onPrice(heard.close, heard.timestamp);
      const time = secondsOf(heard.start);
      if (made === null || time < newest.current) return;
      newest.current = time;
      made.series.last.applyOptions({ price: heard.close });
      made.series.candles.update({ time, open: heard.open, high: heard.high, low: heard.low, close: heard.close });
    },
    [made, onPrice],
  );
  const stream = useStream(symbol, hear);
  useEffect(() => onStream(stream), [stream, onStream]);

  const last = bars.at(-1);
  const words = last
    ? `${bars.length} bars to ${instant(last.timestamp)} market time, last close ${price(last.close)}, ${fills.length} of our fills`
    : "no bars yet";
  return <div class="chart candle-chart" ref={box} role="img" aria-label={`Prices of ${symbol}: ${words}`} />;
}

function draw(chart: IChartApi): Drawn {
  const now = colours();
  const candles = chart.addSeries(CandlestickSeries, {
    upColor: now.panel, // a rising bar is hollow, a falling one is filled: form says it as well as colour
    downColor: now.down,
    borderUpColor: now.up,
    borderDownColor: now.down,
    wickUpColor: now.up,
    wickDownColor: now.down,
    lastValueVisible: false, // our own line has the accent; theirs would take the hollow bar's colour
    priceLineVisible: false,
  });
  const last = candles.createPriceLine({
    price: 0,
    color: now.accent,
    lineStyle: LineStyle.Dotted,
    lineWidth: 1,
    axisLabelVisible: true,
    title: "",
  });
  return { candles, last, marks: createSeriesMarkers(candles, []) as unknown as ISeriesMarkersPluginApi<UTCTimestamp> };
}

function secondsOf(at: string | number): UTCTimestamp {
  return Math.floor((millis(at) ?? 0) / 1000) as UTCTimestamp;
}

/** The digits the prices come with. */
function precisionOf(bars: readonly Bar[]): number {
  const found = bars.slice(-50).map((bar) => String(bar.close).split(".")[1]?.length ?? 0);
  return Math.min(Math.max(2, ...found), 8);
}

/** Each fill at the bar in which it happened. Fills older than the bars have no place on the chart. */
function marksOf(fills: readonly Fill[], bars: readonly Bar[]): SeriesMarker<UTCTimestamp>[] {
  const now = colours();
  const starts = bars.map((bar) => secondsOf(bar.start));
  const first = starts[0];
  if (first === undefined) return [];
  return fills
    .filter((fill) => secondsOf(fill.at) >= first)
    .map((fill): SeriesMarker<UTCTimestamp> => {
      const buy = fill.side === "buy";
      return {
        time: starts.findLast((start) => start <= secondsOf(fill.at)) ?? first,
        position: buy ? "belowBar" : "aboveBar",
        shape: buy ? "arrowUp" : "arrowDown",
        color: buy ? now.accent : now.down,
        text: `${buy ? "B" : "S"} ${quantity(fill.quantity)}`,
      };
    })
    .sort((a, b) => a.time - b.time);
}
