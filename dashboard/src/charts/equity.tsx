/** One account's equity over market time. */

import { AreaSeries, type AreaData, LineType, type UTCTimestamp } from "lightweight-charts";
import { useEffect } from "preact/hooks";
import type { EquityPoint } from "../types";
import { instant, millis, money } from "../words";
import { digits, useChart } from "./board";

export function EquityChart({
  points,
  currency,
  account,
}: {
  points: readonly EquityPoint[];
  currency: string;
  account: string;
}) {
  const { box, made } = useChart((chart, now) =>
    chart.addSeries(AreaSeries, {
      lineColor: now.accent,
      lineWidth: 2,
      lineType: LineType.Simple,
      topColor: now.wash,
      bottomColor: now.panel,
      priceLineVisible: false,
      priceFormat: digits(2),
    }),
  );
  useEffect(() => {
    if (made === null) return;
    made.series.setData(dataOf(points));
    made.chart.timeScale().fitContent();
  }, [made, points]);
  const first = points[0];
  const last = points.at(-1);
  const words =
    first && last
      ? `from ${money(first.equity, currency)} at ${instant(first.at)} to ${money(last.equity, currency)} at ${instant(last.at)}, market time`
      : "no points yet";
  return <div class="chart equity-chart" ref={box} role="img" aria-label={`Equity of ${account}: ${words}`} />;
}

function dataOf(points: readonly EquityPoint[]): AreaData<UTCTimestamp>[] {
  const data: AreaData<UTCTimestamp>[] = [];
  for (const point of points) {
    const time = Math.floor((millis(point.at) ?? 0) / 1000) as UTCTimestamp;
    const value = Number(point.equity);
    const last = data.at(-1);
    if (last !== undefined && last.time >= time) last.value = value;
    else data.push({ time, value });
  }
  return data;
}
