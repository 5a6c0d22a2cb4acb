/** Buy or sell: word and arrow. */

import { Icon } from "./icon";

export function Side({ side }: { side: "buy" | "sell" }) {
  return (
    <span class={`side-word ${side}`}>
      <Icon name={side === "buy" ? "up" : "down"} size={11} /> {side}
    </span>
  );
}
