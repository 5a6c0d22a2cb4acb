/** Wall time for ages and countdowns: one timer for the whole page. */

import { useEffect, useState } from "preact/hooks";

const listeners = new Set<(now: number) => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Now, in milliseconds, once a second. */
export function useNow(): number {
  const [now, set] = useState(Date.now());
  useEffect(() => {
    listeners.add(set);
    timer ??= setInterval(() => {
      const at = Date.now();
      for (const hear of listeners) hear(at);
    }, 1_000);
    return () => {
      listeners.delete(set);
      if (listeners.size === 0) {
        clearInterval(timer);
        timer = undefined;
      }
    };
  }, []);
  return now;
}
