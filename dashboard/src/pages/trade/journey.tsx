/** One order's way: signal, target, intent, risk, sent, the venue's words, fills; each with its two times. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { execution, observability, OFTEN_MS } from "../../asked";
import { ask } from "../../live/ask";
import { refresh, useDoor } from "../../live/feed";
import { may } from "../../live/session";
import { Gain } from "../../parts/amount";
import { Badge, Status, type Tone } from "../../parts/badge";
import { Dialog } from "../../parts/dialog";
import { Shown } from "../../parts/panel";
import { Side } from "../../parts/side";
import { When } from "../../parts/when";
import type { Journey } from "../../types";
import { percent, plain, price, quantity } from "../../words";

const WORKING = new Set(["pending", "working", "partially_filled", "accepted", "new"]);

export function JourneyDrawer({ orderId, onClose }: { orderId: string; onClose: () => void }) {
  const journey = useDoor<Journey>(observability(`/api/orders/${encodeURIComponent(orderId)}/journey`), OFTEN_MS);
  return (
    <Dialog title="Journey of an order" onClose={onClose} side>
      <Shown seen={journey}>{(value) => <Way journey={value} />}</Shown>
    </Dialog>
  );
}

function Way({ journey }: { journey: Journey }) {
  return (
    <>
      <header class="journey-head">
        <p class="journey-what">
          <Side side={journey.side} /> {quantity(journey.quantity)} <strong>{journey.symbol}</strong>{" "}
          <span class="faint">on {journey.account}</span>
        </p>
        <Status word={journey.status} />
      </header>
      <p class="faint small journey-id">
        <code>{journey.order_id}</code>
        {journey.venue_order_id && (
          <>
            , at the venue <code>{journey.venue_order_id}</code>
          </>
        )}
      </p>
      <Cancel journey={journey} />
      <ol class="way">
        <Signals journey={journey} />
        <Targets journey={journey} />
        <Step title="Intent" at={journey.intent.at} wall={journey.intent.recorded_at}>
          {plain(journey.type)} order from a {plain(journey.intent.kind)}
          {journey.price && `, limit ${price(journey.price)}`}
          {journey.stop_price && `, stop ${price(journey.stop_price)}`}
        </Step>
        <Step
          title="Risk"
          tone={journey.risk.approved ? "good" : "bad"}
          at={journey.risk.at}
          wall={journey.risk.recorded_at}
        >
          {journey.risk.approved ? "approved" : "refused"} ({plain(journey.risk.reason)}), journal entry{" "}
          {journey.journal_seq}
          {journey.risk.allocation.length > 0 && (
            <p class="faint small">
              for{" "}
              {journey.risk.allocation
                .map((each) => `${each.strategy || "nobody"} ${quantity(each.quantity)}`)
                .join(", ")}
            </p>
          )}
        </Step>
        {journey.sent === null ? (
          <Missing title="Sent" text="not sent, or not known" />
        ) : (
          <Step title="Sent" at={journey.sent.at} wall={journey.sent.recorded_at} />
        )}
        {journey.reports.map((each) => (
          <Step key={each.seq} title="Venue" at={each.at} wall={each.recorded_at}>
            <Status word={each.status} /> {each.message}
          </Step>
        ))}
        {journey.fills.map((each) => (
          <Step key={each.execution_id} title="Fill" tone="good" at={each.at} wall={each.recorded_at}>
            {quantity(each.quantity)} at {price(each.price)}
            <p class="faint small">
              fee {quantity(each.fee)} {each.fee_currency}, realized{" "}
              <Gain value={each.realized} currency={each.currency} />
            </p>
          </Step>
        ))}
        {journey.fills.length === 0 && <Missing title="Fill" text="none so far" />}
      </ol>
      {journey.unknown.length > 0 && (
        <ul class="unknown">
          {journey.unknown.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
      {journey.dropped > 0 && <p class="faint small">{journey.dropped} older steps are no longer kept in memory.</p>}
    </>
  );
}

function Signals({ journey }: { journey: Journey }) {
  if (journey.signals === null || journey.signals.length === 0) {
    return <Missing title="Signal" text="the strategy said nothing of its decision, or it is no longer known" />;
  }
  return journey.signals.map((each) => (
    <Step key={`${each.strategy} ${each.decided_at}`} title="Signal" at={each.decided_at}>
      {each.strategy}: {each.action ?? "a decision"}
      {each.confidence !== null && `, confidence ${percent(each.confidence, 0)}`}
      {each.reason && <p class="faint small">{each.reason}</p>}
    </Step>
  ));
}

function Targets({ journey }: { journey: Journey }) {
  if (journey.targets.length === 0) return <Missing title="Target" text="none: the order was asked for as it is" />;
  return journey.targets.map((each) => (
    <Step key={`${each.strategy} ${each.seq}`} title="Target" at={each.at} wall={each.recorded_at}>
      {each.strategy} wants {each.quantity !== null ? quantity(each.quantity) : `${percent(each.weight, 1)} of equity`}
    </Step>
  ));
}

interface StepShape {
  title: string;
  at: string;
  wall?: string | null;
  tone?: Tone;
  children?: ComponentChildren;
}

function Step({ title, at, wall, tone = "accent", children }: StepShape) {
  return (
    <li class={`step ${tone}`}>
      <div class="step-head">
        <h3>{title}</h3>
        <When at={at} of="market" dated />
        {wall && <When at={wall} of="wall" />}
      </div>
      {children !== undefined && <div class="step-body">{children}</div>}
    </li>
  );
}

function Missing({ title, text }: { title: string; text: string }) {
  return (
    <li class="step missing">
      <div class="step-head">
        <h3>{title}</h3>
        <span class="faint">{text}</span>
      </div>
    </li>
  );
}

function Cancel({ journey }: { journey: Journey }) {
  const [said, setSaid] = useState<string | null>(null);
  if (!WORKING.has(journey.status ?? "")) return null;
  const cancel = async () => {
    const answer = await ask<unknown>(execution(`/orders/${encodeURIComponent(journey.order_id)}`), {
      method: "DELETE",
    });
    setSaid(answer.ok ? "Cancel asked for; a fill may still win." : answer.fault.message);
    refresh();
  };
  return (
    <p class="journey-cancel">
      <button type="button" onClick={() => void cancel()} disabled={!may("trader") && !may("operator")}>
        Cancel order
      </button>
      {said !== null && <Badge tone="accent">{said}</Badge>}
    </p>
  );
}
