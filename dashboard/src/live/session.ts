/** Whether this browser may look, and what it may do. The cookie is the server's: no script ever sees it. */

import { useEffect, useState } from "preact/hooks";
import type { SessionTold } from "../types";
import { ask, type Fault } from "./ask";
import { onSignedOut, refresh } from "./feed";

export const DOOR = "/session";
const AGAIN_MS = 5_000;

export type Session =
  | { state: "asking" }
  | { state: "out"; message: string }
  | { state: "unknown"; fault: Fault; nextAt: number }
  | { state: "in"; told: SessionTold };

let session: Session = { state: "asking" };
let timer: ReturnType<typeof setTimeout> | undefined;
/** Counts what was asked. An answer to anything but the newest question is too late to say who we are. */
let asked = 0;
let leaving = false;
const listeners = new Set<() => void>();

function set(next: Session): void {
  session = next;
  for (const hear of listeners) hear();
}

/** Ask who we are. Where the server gives a session by itself, this is how it is had. */
export async function look(): Promise<void> {
  clearTimeout(timer);
  const question = ++asked;
  const answer = await ask<SessionTold>(DOOR);
  if (question !== asked) return;
  if (answer.ok) {
    set({ state: "in", told: answer.value });
    refresh();
  } else if (answer.fault.status === 401 || answer.fault.status === 403) {
    set({ state: "out", message: answer.fault.message });
  } else {
    set({ state: "unknown", fault: answer.fault, nextAt: Date.now() + AGAIN_MS });
    timer = setTimeout(() => void look(), AGAIN_MS);
  }
}

/** Sign in with a token; the reason where it did not work. */
export async function signIn(token: string): Promise<string | null> {
  asked += 1;
  const answer = await ask<SessionTold>(DOOR, { method: "POST", body: { token } });
  if (!answer.ok) return answer.fault.message;
  set({ state: "in", told: answer.value });
  refresh();
  return null;
}

/** Give the session back; the reason where it did not work. */
export async function signOut(): Promise<string | null> {
  asked += 1;
  leaving = true;
  const answer = await ask<unknown>(DOOR, { method: "DELETE" });
  leaving = false;
  if (!answer.ok && answer.fault.status !== 401) return answer.fault.message;
  set({ state: "out", message: "You have signed out." });
  return null;
}

// A panel may be told 401 before the answer to our own sign-out is here. Asking then who we are would sign the
// developer's machine in again behind the form.
onSignedOut(() => {
  if (session.state === "in" && !leaving) void look();
});

export function useSession(): Session {
  const [, redraw] = useState(0);
  useEffect(() => {
    const hear = () => redraw((n) => n + 1);
    listeners.add(hear);
    return () => {
      listeners.delete(hear);
    };
  }, []);
  return session;
}

/** Whether the session may do what a scope allows. */
export function may(scope: "trader" | "operator" | "approver"): boolean {
  return session.state === "in" && session.told.scopes.includes(scope);
}
