/** Every account's equity: asked for once, then only for what is new. */

import { useEffect, useState } from "preact/hooks";
import { observability, OFTEN_MS } from "../asked";
import type { Equity, EquityPoint } from "../types";
import { millis } from "../words";
import { ask, type Fault } from "./ask";
import type { Seen } from "./feed";

const POINTS_ASKED = 1_000;
const POINTS_MAX = 3_000;
const WAIT_MS_MAX = 30_000;

export interface AccountEquity {
  account: string;
  currency: string;
  asOf: string | null;
  points: readonly EquityPoint[];
}

/** The series as they grow. A market that went back, as after a reset, is asked for from its beginning. */
export function useEquity(): Seen<readonly AccountEquity[]> {
  const [seen, set] = useState<Seen<readonly AccountEquity[]>>({
    value: undefined,
    seenAt: undefined,
    fault: undefined,
    nextAt: undefined,
    stale: false,
    again: () => {},
  });
  useEffect(() => {
    const series = new Series(set);
    void series.round();
    return () => series.stop();
  }, []);
  return seen;
}

class Series {
  private known: readonly AccountEquity[] | undefined;
  private seenAt: number | undefined;
  private faults = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;

  constructor(private readonly show: (seen: Seen<readonly AccountEquity[]>) => void) {}

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  async round(): Promise<void> {
    clearTimeout(this.timer);
    const since = this.since();
    const answer = await ask<Equity>(
      observability(`/api/equity?limit=${POINTS_ASKED}${since ? `&since=${encodeURIComponent(since)}` : ""}`),
    );
    if (this.stopped) return;
    if (answer.ok) {
      this.faults = 0;
      this.seenAt = answer.at;
      this.known = this.known === undefined ? fresh(answer.value) : joined(this.known, answer.value);
      this.plan(OFTEN_MS, undefined);
    } else {
      this.faults += 1;
      this.plan(Math.min(OFTEN_MS * 2 ** this.faults, WAIT_MS_MAX), answer.fault);
    }
  }

  /** The oldest of the newest points: nobody's new points are missed. */
  private since(): string | null {
    const newest = this.known?.map((each) => each.points.at(-1)?.at ?? null) ?? [];
    return newest.includes(null) || newest.length === 0
      ? null
      : newest.reduce((a, b) => ((millis(a) ?? 0) < (millis(b) ?? 0) ? a : b));
  }

  private plan(waitMs: number, fault: Fault | undefined): void {
    this.timer = setTimeout(() => void this.round(), waitMs);
    this.show({
      value: this.known,
      seenAt: this.seenAt,
      fault,
      nextAt: Date.now() + waitMs,
      stale: fault !== undefined && this.known !== undefined,
      again: () => void this.round(),
    });
  }
}

function fresh(answer: Equity): readonly AccountEquity[] {
  return answer.series.map((each) => ({
    account: each.account,
    currency: each.currency,
    asOf: each.as_of,
    points: each.points,
  }));
}

function joined(known: readonly AccountEquity[], answer: Equity): readonly AccountEquity[] | undefined {
  const next: AccountEquity[] = [];
  for (const each of answer.series) {
    const before = known.find((other) => other.account === each.account);
    if (before === undefined || (millis(each.as_of) ?? 0) < (millis(before.asOf) ?? 0)) return undefined;
    const last = millis(before.points.at(-1)?.at) ?? 0;
    const news = each.points.filter((point) => (millis(point.at) ?? 0) > last);
    const points = news.length === 0 ? before.points : [...before.points, ...news].slice(-POINTS_MAX);
    next.push({ account: each.account, currency: each.currency, asOf: each.as_of, points });
  }
  return next;
}
