/** Roles, latencies, resources, and the settings in force with who chose them. */

import { execution, OFTEN_MS, observability, SELDOM_MS } from "../doors";
import { useDoor } from "../live/feed";
import { Status } from "../parts/badge";
import { Panel, Shown } from "../parts/panel";
import { Table } from "../parts/table";
import type { Config, RoleState, SystemStatus } from "../types";
import { decimal } from "../words";

export function System() {
  const status = useDoor<SystemStatus>(observability("/api/system/status"), OFTEN_MS);
  const config = useDoor<Config>(execution("/api/v1/config"), SELDOM_MS);
  return (
    <>
      <h1>System</h1>
      <Panel title="Roles" aside={status.value && <Status word={status.value.status} />} flush>
        <Shown seen={status}>{(value) => <Roles roles={value.services} />}</Shown>
      </Panel>
      <Panel title="Settings in force" flush>
        <Shown seen={config}>{(value) => <Settings config={value} />}</Shown>
      </Panel>
    </>
  );
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
        { name: "Latency", number: true, cell: ([, role]) => `${decimal(role.latency_ms, 1, 1)} ms` },
        { name: "Says", rank: 2, cell: ([, role]) => role.message },
      ]}
    />
  );
}

function Settings({ config }: { config: Config }) {
  return (
    <Table
      label="Settings"
      rows={Object.entries(config.settings)}
      keyOf={([name]) => name}
      columns={[
        { name: "Setting", cell: ([name]) => <code>{name}</code> },
        {
          name: "Value",
          cell: ([, each]) =>
            each.value === "" || each.value === null ? <span class="faint">empty</span> : String(each.value),
        },
        { name: "Chosen by", rank: 2, cell: ([, each]) => <span class="faint">{each.source}</span> },
      ]}
    />
  );
}
