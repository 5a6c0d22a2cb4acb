/** What the doors answer, in the names the pages use. */

import type { Decimal } from "./words";

export interface Price {
  symbol: string;
  price: Decimal;
  as_of: string;
  source: string;
  derived: boolean;
  stale: boolean;
}
export interface Prices {
  prices: Price[];
}
export interface Config {
  version: string;
  stage: string;
  mode: string;
  dry_run: boolean;
  release: string | null;
  settings: Record<string, { value: string | number | boolean | null; source: string }>;
  timestamp: string;
}
export interface KillSwitch {
  halted: boolean;
  reason: string | null;
}
export interface Word {
  halted: boolean;
  reason: string | null;
  journalled: boolean;
}
export interface RoleState {
  status: string;
  port: number;
  latency_ms: number | null;
  message: string;
}
export interface SystemStatus {
  status: string;
  stage: string;
  mode: string;
  services: Record<string, RoleState>;
  timestamp: string;
}
