/** A gain or a loss: sign, arrow and colour say the same. */

import { type Decimal, direction, signed, UNKNOWN } from "../words";
import { Icon } from "./icon";

export function Gain({ value, currency = "" }: { value: Decimal | null | undefined; currency?: string }) {
  if (value === null || value === undefined) return <span class="faint">{UNKNOWN}</span>;
  const way = direction(value);
  return (
    <span class={`gain ${way}`}>
      <Icon name={way} size={11} />
      {signed(value)}
      {currency && <span class="unit"> {currency}</span>}
    </span>
  );
}
