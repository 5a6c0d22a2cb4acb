/** A time that says whose clock it is: the market's or the wall's. The two are never shown without their sign. */

import { clock, day, instant, millis, UNKNOWN } from "../words";
import { Icon } from "./icon";

interface WhenShape {
  at: string | null | undefined;
  of: "market" | "wall";
  dated?: boolean;
}

export function When({ at, of, dated = false }: WhenShape) {
  if (!at || millis(at) === null) return <span class="faint">{UNKNOWN}</span>;
  return (
    <time class={`when ${of}`} dateTime={at} title={`${of === "market" ? "Market time" : "Wall time"}: ${instant(at)}`}>
      <Icon name={of === "market" ? "market" : "clock"} size={11} />
      <span class="hidden">{of} time </span>
      {dated && <span class="when-day">{day(at)} </span>}
      {clock(at)}
    </time>
  );
}
