/** What stands around every page: where we are, what orders do here, two clocks, and the way to stop. */

import type { ComponentChild } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Banner } from "./frame/banner";
import { Bar } from "./frame/bar";
import { HaltDialog } from "./frame/halt";
import { Keys } from "./frame/keys";
import { Rail } from "./frame/rail";
import { useShortcuts } from "./frame/shortcuts";
import { SignIn } from "./frame/sign_in";
import { type Place, usePlace } from "./live/route";
import { useSession } from "./live/session";
import { Overview } from "./pages/overview";
import { Release } from "./pages/release";
import { Risk } from "./pages/risk";
import { Strategies } from "./pages/strategies";
import { System } from "./pages/system";
import { Trade } from "./pages/trade";
import { plain } from "./words";

export type Open = "keys" | "halt" | null;

export function Frame() {
  const place = usePlace();
  const session = useSession();
  const [open, setOpen] = useState<Open>(null);
  useShortcuts(setOpen, open !== null);
  useEffect(() => {
    const name = plain(place.page);
    document.title = `${name.charAt(0).toUpperCase()}${name.slice(1)} · Seatrial`;
  }, [place.page]);
  if (session.state !== "in") return <SignIn session={session} />;
  return (
    <div class="frame">
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        Skip to the page
      </button>
      <Bar onHalt={() => setOpen("halt")} onKeys={() => setOpen("keys")} />
      <Banner />
      <Rail page={place.page} />
      <main id="main" tabIndex={-1} class={`page ${place.page}`}>
        <Page place={place} onHalt={() => setOpen("halt")} />
      </main>
      {open === "keys" && <Keys onClose={() => setOpen(null)} />}
      {open === "halt" && <HaltDialog onClose={() => setOpen(null)} />}
    </div>
  );
}

function Page({ place, onHalt }: { place: Place; onHalt: () => void }): ComponentChild {
  switch (place.page) {
    case "overview":
      return <Overview />;
    case "trade":
      return <Trade rest={place.rest} />;
    case "strategies":
      return <Strategies />;
    case "risk":
      return <Risk onHalt={onHalt} />;
    case "release":
      return <Release rest={place.rest} />;
    case "system":
      return <System />;
  }
}
