/**
 * One door, asked again and again for everybody who looks at it: two panels on the same door ask once.
 * After a fault the last value stays, marked stale, and the wait doubles up to half a minute.
 */

import { useEffect, useState } from "preact/hooks";
import { ask, type Fault } from "./ask";

const WAIT_MS_MAX = 30_000;
const HIDDEN_FACTOR = 5; // nobody looks: ask less

/** What is known of a door now. */
export interface Seen<T> {
  value: T | undefined;
  seenAt: number | undefined;
  fault: Fault | undefined;
  nextAt: number | undefined;
  stale: boolean;
  again: () => void;
}

type Listener = () => void;

class Feed<T> {
  seen: Seen<T>;
  private readonly listeners = new Map<Listener, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = false;
  private askAgain = false;
  private faults = 0;

  constructor(private readonly path: string) {
    this.seen = {
      value: undefined,
      seenAt: undefined,
      fault: undefined,
      nextAt: undefined,
      stale: false,
      again: () => this.now(),
    };
  }

  join(listener: Listener, everyMs: number): () => void {
    const first = this.listeners.size === 0;
    this.listeners.set(listener, everyMs);
    const age = this.seen.seenAt === undefined ? Number.POSITIVE_INFINITY : Date.now() - this.seen.seenAt;
    if (age >= everyMs) this.now();
    else if (first) this.plan(everyMs - age);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) {
        clearTimeout(this.timer);
        feeds.delete(this.path);
      }
    };
  }

  /** Somebody has heard the newest value elsewhere. */
  tell(value: T): void {
    this.seen = { ...this.seen, value, seenAt: Date.now(), fault: undefined, stale: false };
    for (const listener of this.listeners.keys()) listener();
  }

  now(): void {
    clearTimeout(this.timer);
    if (this.asking) this.askAgain = true;
    else void this.round();
  }

  private async round(): Promise<void> {
    this.asking = true;
    this.askAgain = false;
    const answer = await ask<T>(this.path);
    this.asking = false;
    if (answer.ok) {
      this.faults = 0;
      this.seen = { ...this.seen, value: answer.value, seenAt: answer.at, fault: undefined, stale: false };
    } else {
      this.faults += 1;
      this.seen = { ...this.seen, fault: answer.fault, stale: this.seen.value !== undefined };
      if (answer.fault.kind === "signed_out") for (const hear of signedOut) hear();
    }
    if (this.listeners.size > 0) this.plan(this.askAgain ? 0 : this.wait());
  }

  private wait(): number {
    const every = Math.min(...this.listeners.values()) * (document.hidden ? HIDDEN_FACTOR : 1);
    if (this.faults === 0) return every;
    return Math.min(Math.max(every, 2_000) * 2 ** (this.faults - 1), WAIT_MS_MAX);
  }

  private plan(waitMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), waitMs);
    this.seen = { ...this.seen, nextAt: Date.now() + waitMs };
    for (const listener of this.listeners.keys()) listener();
  }
}

const feeds = new Map<string, Feed<unknown>>();
const signedOut = new Set<Listener>();

function feedOf<T>(path: string): Feed<T> {
  let feed = feeds.get(path);
  if (feed === undefined) {
    feed = new Feed(path);
    feeds.set(path, feed);
  }
  return feed as Feed<T>;
}

/** Hear when a door says that the session has ended. */
export function onSignedOut(hear: Listener): () => void {
  signedOut.add(hear);
  return () => signedOut.delete(hear);
}

/** Ask every door on the page again, or those whose path contains `part`. */
export function refresh(part = ""): void {
  for (const [path, feed] of feeds) if (path.includes(part)) feed.now();
}

/** Show a value that came another way, where somebody looks at that door. */
export function tell<T>(path: string, value: T): void {
  (feeds.get(path) as Feed<T> | undefined)?.tell(value);
}

const NOTHING: Seen<never> = {
  value: undefined,
  seenAt: undefined,
  fault: undefined,
  nextAt: undefined,
  stale: false,
  again: () => {},
};

/** What a door says, asked every `everyMs`. No path: nothing is asked. */
export function useDoor<T>(path: string | null, everyMs: number): Seen<T> {
  const [, redraw] = useState(0);
  useEffect(
    () => (path === null ? undefined : feedOf<T>(path).join(() => redraw((n) => n + 1), everyMs)),
    [path, everyMs],
  );
  if (path === null) return NOTHING as Seen<T>;
  return feedOf<T>(path).seen;
}
