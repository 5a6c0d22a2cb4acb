/** The machine against the thresholds of the runbooks. Unknown is said, never drawn as nothing. */

import { Badge } from "../../parts/badge";
import { Table } from "../../parts/table";
import type { SystemMetrics, Threshold } from "../../types";
import { decimal, percent, plain, UNKNOWN } from "../../words";

const UNITS: Record<string, string> = { percent: "%", gb: "GB" };

export function Resources({ metrics }: { metrics: SystemMetrics }) {
  const { database, history } = metrics;
  return (
    <>
      <Table
        label="Resources"
        rows={metrics.resources.thresholds}
        keyOf={(row) => row.name}
        columns={[
          { name: "Resource", cell: (row) => name(row) },
          {
            name: "Now",
            number: true,
            cell: (row) => figure(row, row.value),
          },
          {
            name: "Threshold",
            number: true,
            cell: (row) => `${row.at_least ? "at least" : "below"} ${figure(row, row.bound)}`,
          },
          { name: "State", cell: (row) => <State row={row} /> },
        ]}
      />
      <dl class="facts padded">
        <dt>Metrics history</dt>
        <dd>
          {database.message ??
            `${count(database.system_metrics_rows)} samples, ${count(database.trade_events_rows)} trade events, ${bytes(database.size_bytes)}`}
        </dd>
        {history && (
          <>
            <dt>Waiting to be written</dt>
            <dd>
              {count(history.waiting)}
              {history.dropped > 0 && `, ${count(history.dropped)} given up`}
            </dd>
          </>
        )}
        <dt>Errors logged in the last hour</dt>
        <dd>{count(metrics.errors_last_hour)}</dd>
        <dt>Memory of this process</dt>
        <dd>{bytes(metrics.process_memory_bytes)}</dd>
      </dl>
    </>
  );
}

function State({ row }: { row: Threshold }) {
  if (row.state === "unknown") return <Badge tone="soft">unknown</Badge>;
  return row.state === "ok" ? (
    <Badge tone="good">within</Badge>
  ) : (
    <Badge tone="warn">{row.at_least ? "too little" : "too much"}</Badge>
  );
}

function name(row: Threshold): string {
  const words = plain(row.name).replace(/ (percent|gb|share)$/, "");
  return words === "cpu" ? "CPU" : words.charAt(0).toUpperCase() + words.slice(1);
}

function figure(row: Threshold, value: number | null): string {
  if (value === null) return UNKNOWN;
  return row.name.endsWith("share") ? percent(value) : `${decimal(value, 0, 1)} ${unit(row)}`.trim();
}

function unit(row: Threshold): string {
  return UNITS[row.name.split("_").at(-1) ?? ""] ?? "";
}

function count(value: number | null): string {
  return decimal(value, 0, 0);
}

function bytes(value: number | null): string {
  if (value === null) return UNKNOWN;
  return value >= 1e9 ? `${decimal(value / 1e9, 1, 1)} GB` : `${decimal(value / 1e6, 1, 1)} MB`;
}
