/** The top line: name, market time, wall time, who is signed in, and halt. */

import { useState } from "preact/hooks";
import { marketData, OFTEN_MS } from "../asked";
import { useNow } from "../live/clock";
import { useDoor } from "../live/feed";
import { may, signOut, useSession } from "../live/session";
import { toggle, useTheme } from "../live/theme";
import { Icon } from "../parts/icon";
import { Mark } from "../parts/mark";
import type { Prices } from "../types";
import { clock, day, instant, millis } from "../words";
import { useHalted } from "./halted";

export function Bar({ onHalt, onKeys }: { onHalt: () => void; onKeys: () => void }) {
  const theme = useTheme();
  const halted = useHalted();
  return (
    <header class="bar">
      <a class="brand" href="#/overview" aria-label="Seatrial, overview">
        <Mark />
        <span class="brand-word">Seatrial</span>
      </a>
      <Clocks />
      <div class="bar-tools">
        <Who />
        <button
          type="button"
          class="plain wide"
          onClick={onKeys}
          aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts (?)"
        >
          <Icon name="keys" size={18} />
        </button>
        <button
          type="button"
          class="plain"
          onClick={toggle}
          aria-label={theme === "dark" ? "Switch to light" : "Switch to dark"}
          title="Dark or light (t)"
        >
          <Icon name={theme === "dark" ? "sun" : "moon"} size={18} />
        </button>
        <button
          type="button"
          class={halted.halted ? "resume" : "halt"}
          onClick={onHalt}
          disabled={!may("operator")}
          title={may("operator") ? "Halt trading (h)" : "Needs the scope operator"}
        >
          <Icon name={halted.halted ? "play" : "stop"} size={15} />
          {halted.halted ? "Resume" : "Halt"}
        </button>
      </div>
    </header>
  );
}

/** Market time is the newest print; wall time is this computer's clock. Both are UTC, neither is the other. */
function Clocks() {
  const now = useNow();
  const prices = useDoor<Prices>(marketData("/api/v1/prices/latest"), OFTEN_MS);
  const newest = prices.value?.prices.reduce<string | null>(
    (last, each) => ((millis(each.as_of) ?? 0) > (millis(last) ?? 0) ? each.as_of : last),
    null,
  );
  return (
    <dl class="clocks">
      <div title={newest ? `The newest print: ${instant(newest)}` : "No price has been seen yet"}>
        <dt>
          <Icon name="market" size={13} /> Market
        </dt>
        <dd>
          <span class="clock-day">{newest ? day(newest) : ""}</span> {newest ? clock(newest) : "no print yet"}
          {prices.stale && <span class="clock-note"> stale</span>}
        </dd>
      </div>
      <div title={`This computer's clock: ${instant(now)}`}>
        <dt>
          <Icon name="clock" size={13} /> Wall
        </dt>
        <dd>
          <span class="clock-day">{day(now)}</span> {clock(now)} <span class="unit">UTC</span>
        </dd>
      </div>
    </dl>
  );
}

function Who() {
  const session = useSession();
  const [failed, setFailed] = useState<string | null>(null);
  if (session.state !== "in") return null;
  const scopes = session.told.scopes.join(", ") || "nothing";
  return (
    <button
      type="button"
      class="plain who"
      title={failed ?? `${session.told.name}: may ${scopes}. Click to sign out.`}
      onClick={() => void signOut().then(setFailed)}
    >
      <Icon name="person" size={16} />
      <span class="who-word">{session.told.name}</span>
      <span class="hidden">, sign out</span>
    </button>
  );
}
