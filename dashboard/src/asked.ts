/** The doors this page asks, by role, and how often. They stand under the page's own origin. */

const at = (role: string) => (path: string) => `/doors/${role}${path}`;

export const execution = at("execution");
export const marketData = at("market-data");
export const signals = at("signals");
export const orchestrator = at("orchestrator");
export const observability = at("observability");

/** How often a page asks, in milliseconds. */
export const OFTEN_MS = 2_000;
export const STEADY_MS = 5_000;
export const SELDOM_MS = 15_000;
