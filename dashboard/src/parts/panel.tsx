/** A framed part of a page with a heading, and what is shown while a door has not said anything good. */

import type { ComponentChildren } from "preact";
import type { Fault } from "../live/ask";
import { useNow } from "../live/clock";
import type { Seen } from "../live/feed";
import { clock, stretch } from "../words";
import { Badge } from "./badge";
import { Icon } from "./icon";

interface PanelShape {
  title: string;
  area?: string;
  aside?: ComponentChildren;
  flush?: boolean;
  tall?: boolean; // rows beyond a screen's half scroll inside
  children: ComponentChildren;
}

export function Panel({ title, area, aside, flush = false, tall = false, children }: PanelShape) {
  const id = `panel-${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`;
  return (
    <section class={`panel${area ? ` ${area}` : ""}`} aria-labelledby={id}>
      <header class="panel-head">
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div class="panel-aside">{aside}</div>}
      </header>
      <div class={`panel-body${flush ? " flush" : ""}${tall ? " tall" : ""}`}>{children}</div>
    </section>
  );
}

interface ShownShape<T> {
  seen: Seen<T>;
  children: (value: T) => ComponentChildren;
}

/** The value; above it a word where it is old; a fault where there is none. Waiting ends with the question's timeout. */
export function Shown<T>({ seen, children }: ShownShape<T>) {
  if (seen.value !== undefined) {
    return (
      <>
        {seen.fault !== undefined && <Stale seen={seen} fault={seen.fault} />}
        {children(seen.value)}
      </>
    );
  }
  if (seen.fault !== undefined) return <Failed seen={seen} fault={seen.fault} />;
  return <p class="asking">asking…</p>;
}

/** Old data, said so: since when, and when it is asked for again. */
export function Stale({ seen, fault }: { seen: Seen<unknown>; fault: Fault }) {
  const now = useNow();
  return (
    <p class="stale" role="status">
      <Badge tone="warn" icon="clock">
        stale
      </Badge>
      <span>
        as of {clock(seen.seenAt)} UTC, {stretch(now - (seen.seenAt ?? now))} ago. {fault.message}{" "}
        {fault.kind === "signed_out" ? "Sign in to go on." : nextWords(seen, now)}
      </span>
    </p>
  );
}

/** Nothing could be had: what failed, when it is tried again, and a way to try now. */
export function Failed({ seen, fault }: { seen: Seen<unknown>; fault: Fault }) {
  const now = useNow();
  const later = fault.code === "not_available_yet";
  return (
    <div class={later ? "failed later" : "failed"} role="status">
      <Icon name={later ? "wait" : "warn"} size={18} />
      <div>
        <p>{fault.message}</p>
        <p class="faint">
          {later ? "Not available yet. " : ""}
          {nextWords(seen, now)}{" "}
          <button type="button" class="link" onClick={seen.again}>
            Try now
          </button>
        </p>
      </div>
    </div>
  );
}

function nextWords(seen: Seen<unknown>, now: number): string {
  const left = (seen.nextAt ?? 0) - now;
  return left > 500 ? `Trying again in ${stretch(left)}.` : "Trying again now.";
}

/** An honest nothing: what would stand here, and what makes it appear. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}
