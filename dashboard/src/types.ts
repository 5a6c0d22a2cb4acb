/** What the doors answer, as `seatrial openapi` describes it. `doors.d.ts` is generated; nothing here is by hand. */

import type { components } from "./doors.d.ts";

type Schemas = components["schemas"];

export type Account = Schemas["AccountRow"];
export type AccountPnl = Schemas["AccountPnl"];
export type Bar = Schemas["BarRow"];
export type Bars = Schemas["BarsAnswer"];
export type Breaker = Schemas["BreakerAnswer"];
export type Breakers = Schemas["BreakersAnswer"];
export type Config = Schemas["ConfigAnswer"];
export type Decision = Schemas["DecisionRow"];
export type Decisions = Schemas["DecisionsAnswer"];
export type Equity = Schemas["EquityAnswer"];
export type EquityPoint = Schemas["EquityPointAnswer"];
export type EquitySeries = Schemas["EquitySeriesAnswer"];
export type Exposure = Schemas["ExposureAnswer"];
export type Fill = Schemas["TradeAnswer"];
export type Fills = Schemas["TradesAnswer"];
export type Journey = Schemas["JourneyAnswer"];
export type KillSwitch = Schemas["KillSwitchAnswer"];
export type Limit = Schemas["LimitAnswer"];
export type Limits = Schemas["LimitsAnswer"];
export type Notice = Schemas["NoticeAnswer"];
export type Notices = Schemas["NoticesAnswer"];
export type Order = Schemas["OrderAnswer"];
export type Orders = Schemas["OrdersAnswer"];
export type Pnl = Schemas["PnlAnswer"];
export type Position = Schemas["PositionRow"];
export type Positions = Schemas["PositionsAnswer"];
export type Prices = Schemas["PricesAnswer"];
export type Reloads = Schemas["ReloadAnswer"];
export type RoleState = Schemas["RoleState"];
export type Run = Schemas["RunSummary"];
export type Runs = Schemas["RunsAnswer"];
export type SessionTold = Schemas["SessionAnswer"];
export type Signal = Omit<Schemas["RankedSignal"], "rank" | "target_weight" | "target_quantity">;
export type Strategies = Schemas["StrategiesAnswer"];
export type Strategy = Schemas["StrategyRow"];
export type SystemHealth = Schemas["SystemHealth"];
export type SystemMetrics = Schemas["SystemMetricsAnswer"];
export type Threshold = Schemas["ThresholdAnswer"];
export type SystemStatus = Schemas["SystemAnswer"];
export type Word = Schemas["WordAnswer"];
