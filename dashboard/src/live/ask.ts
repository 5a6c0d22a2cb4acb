/**
 * One question to one door. It always ends: with a value, or with a fault that says what failed in a sentence.
 */

export const TIMEOUT_MS = 6_000;

export type FaultKind = "unreachable" | "timeout" | "refused" | "signed_out" | "unavailable" | "unreadable";

/** Why there is no value. `code` and `message` are the door's own where it said something. */
export interface Fault {
  kind: FaultKind;
  status: number | null;
  code: string;
  message: string;
  at: number;
  body?: unknown; // what the door said with its no, where it was JSON
}

export type Answer<T> = { ok: true; value: T; at: number } | { ok: false; fault: Fault };

interface Refusal {
  error?: unknown;
  message?: unknown;
}

export interface Question {
  method?: "GET" | "POST" | "DELETE";
  body?: unknown;
  timeoutMs?: number;
}

/** Ask a door of this origin. Never throws. */
export async function ask<T>(path: string, question: Question = {}): Promise<Answer<T>> {
  const { method = "GET", body, timeoutMs = TIMEOUT_MS } = question;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  try {
    const response = await fetch(path, {
      method,
      signal: abort.signal,
      credentials: "same-origin",
      headers: body === undefined ? {} : { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return await read<T>(path, response);
  } catch {
    return abort.signal.aborted
      ? fault("timeout", null, "timeout", `${nameOf(path)} gave no answer within ${timeoutMs / 1000} s.`)
      : fault("unreachable", null, "unreachable", `${nameOf(path)} cannot be reached: the platform does not answer.`);
  } finally {
    clearTimeout(timer);
  }
}

async function read<T>(path: string, response: Response): Promise<Answer<T>> {
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    const text = `${nameOf(path)} answered ${response.status} with something that is not JSON.`;
    return fault("unreadable", response.status, "unreadable", text);
  }
  if (response.ok) return { ok: true, value: body as T, at: Date.now() };
  const refusal = (body ?? {}) as Refusal;
  const code = typeof refusal.error === "string" ? refusal.error : "refused";
  const message =
    typeof refusal.message === "string" ? sentence(refusal.message) : `${nameOf(path)} answered ${response.status}.`;
  const refused = fault(kindOf(response.status), response.status, code, message);
  refused.fault.body = body;
  return refused;
}

function kindOf(status: number): FaultKind {
  if (status === 401) return "signed_out";
  return status >= 500 ? "unavailable" : "refused";
}

function fault(kind: FaultKind, status: number | null, code: string, message: string): { ok: false; fault: Fault } {
  return { ok: false, fault: { kind, status, code, message, at: Date.now() } };
}

/** `/doors/market-data/api/v1/bars?symbol=X` is "market-data bars" to a reader. */
function nameOf(path: string): string {
  const parts = (path.split("?")[0] ?? "").split("/").filter(Boolean);
  if (parts[0] !== "doors") return path;
  return `${parts[1]} ${parts
    .slice(2)
    .filter((part) => part !== "api" && part !== "v1")
    .join("/")}`;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  const first = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
