/** What every chart has: the house's colours, market time in UTC, and a size that follows its box. */

import {
  type ChartOptions,
  ColorType,
  createChart,
  type DeepPartial,
  type IChartApi,
  LineStyle,
  type PriceFormatCustom,
} from "lightweight-charts";
import { useEffect, useRef, useState } from "preact/hooks";
import { useTheme } from "../live/theme";
import { decimal } from "../words";
import { type Colours, colours } from "./colours";

function look(now: Colours): DeepPartial<ChartOptions> {
  return {
    layout: {
      background: { type: ColorType.Solid, color: now.panel },
      textColor: now.faint,
      fontSize: 11,
      fontFamily: getComputedStyle(document.documentElement).fontFamily,
      attributionLogo: false, // its style element is not ours; the credit stands on the system page
    },
    grid: {
      vertLines: { visible: false },
      horzLines: { color: now.line, style: LineStyle.Solid },
    },
    rightPriceScale: { borderVisible: false },
    timeScale: { borderColor: now.line, timeVisible: true, secondsVisible: false, rightOffset: 3, minBarSpacing: 0.2 },
    crosshair: {
      vertLine: { color: now.faint, labelBackgroundColor: now.accent },
      horzLine: { color: now.faint, labelBackgroundColor: now.accent },
    },
    handleScroll: { vertTouchDrag: false },
    localization: { locale: "en-GB" },
  };
}

/** How a series writes its prices: with the page's own digits and separators. */
export function digits(precision: number): PriceFormatCustom {
  return {
    type: "custom",
    minMove: 10 ** -precision,
    formatter: (value: number) => decimal(value, precision, precision),
  };
}

/** A chart in a box. `draw` makes its series; it is made again with the theme, since a canvas cannot restyle. */
export function useChart<S>(draw: (chart: IChartApi, now: Colours) => S) {
  const box = useRef<HTMLDivElement>(null);
  const [made, setMade] = useState<{ chart: IChartApi; series: S } | null>(null);
  const theme = useTheme();
  useEffect(() => {
    if (box.current === null) return undefined;
    const now = colours();
    const chart = createChart(box.current, { autoSize: true, ...look(now) });
    setMade({ chart, series: draw(chart, now) });
    return () => {
      setMade(null);
      chart.remove();
    };
  }, [theme]);
  return { box, made };
}
