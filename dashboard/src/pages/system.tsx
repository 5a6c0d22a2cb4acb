/** Roles, latencies, resources, and the settings in force with who chose them. */

import { execution, observability, OFTEN_MS, SELDOM_MS, STEADY_MS } from "../asked";
import { useDoor } from "../live/feed";
import { Badge, Status } from "../parts/badge";
import { Panel, Shown } from "../parts/panel";
import { Table } from "../parts/table";
import type { Config, RoleState, SystemMetrics, SystemStatus } from "../types";
import { decimal } from "../words";
import { Resources } from "./system/resources";
import { Settings } from "./system/settings";

export function System() {
  const status = useDoor<SystemStatus>(observability("/api/system/status"), OFTEN_MS);
  const metrics = useDoor<SystemMetrics>(observability("/api/metrics/system"), STEADY_MS);
  const config = useDoor<Config>(execution("/api/v1/config"), SELDOM_MS);
  return (
    <>
      <h1>System</h1>
      <Panel title="Roles" area="half" aside={status.value && <Status word={status.value.status} />} flush>
        <Shown seen={status}>{(value) => <Roles roles={value.services} />}</Shown>
      </Panel>
      <Panel title="Resources" area="half" aside={metrics.value && <Room ok={metrics.value.resources.ok} />} flush>
        <Shown seen={metrics}>{(value) => <Resources metrics={value} />}</Shown>
      </Panel>
      <Panel title="Settings in force" flush>
        <Shown seen={config}>{(value) => <Settings config={value} />}</Shown>
      </Panel>
      <Panel title="In a terminal">
        <p class="soft">
          <code>seatrial logs --follow</code> shows what roles write, <code>seatrial doctor</code> what is wrong with
          the settings, <code>seatrial smoke</code> asks whether this system would trade. The doors are described at{" "}
          <a href="/doors/execution/docs">execution</a>, <a href="/doors/observability/docs">observability</a>,{" "}
          <a href="/doors/market-data/docs">market data</a>, <a href="/doors/signals/docs">signals</a> and{" "}
          <a href="/doors/orchestrator/docs">orchestrator</a>.
        </p>
        <p class="faint small credit">
          Charts: TradingView Lightweight Charts™, Copyright © 2025 TradingView, Inc.{" "}
          <a href="https://www.tradingview.com/" rel="noreferrer">
            tradingview.com
          </a>
        </p>
      </Panel>
    </>
  );
}

function Room({ ok }: { ok: boolean | null }) {
  if (ok === null) return <Badge tone="soft">not all known</Badge>;
  return ok ? <Badge tone="good">enough of all</Badge> : <Badge tone="warn">short of something</Badge>;
}

function Roles({ roles }: { roles: Record<string, RoleState> }) {
  return (
    <Table
      label="Roles"
      rows={Object.entries(roles)}
      keyOf={([name]) => name}
      columns={[
        { name: "Role", cell: ([name]) => name },
        { name: "Status", cell: ([, role]) => <Status word={role.status} /> },
        { name: "Port", number: true, rank: 2, cell: ([, role]) => role.port },
        {
          name: "Latency",
          number: true,
          cell: ([, role]) => (role.latency_ms === null ? "–" : `${decimal(role.latency_ms, 1, 1)} ms`),
        },
        { name: "Says", rank: 3, cell: ([, role]) => <span class="soft">{role.message}</span> },
      ]}
    />
  );
}
