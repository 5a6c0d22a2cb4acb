/** Every sealed release, newest first. */

import { address } from "../../live/route";
import { Badge, Status } from "../../parts/badge";
import { Table } from "../../parts/table";
import { When } from "../../parts/when";
import type { ReleaseRow } from "../../types";
import { plain } from "../../words";

export function ReleaseTable({ rows, current }: { rows: readonly ReleaseRow[]; current: string | undefined }) {
  return (
    <Table
      label="Sealed releases"
      rows={rows}
      keyOf={(row) => row.release}
      href={(row) => address("release", row.release)}
      current={current}
      columns={[
        { name: "Release", cell: (row) => <code>{row.release}</code> },
        { name: "Stage", cell: (row) => row.stage },
        { name: "Phase", cell: (row) => <Status word={row.phase} /> },
        { name: "Change", rank: 2, cell: (row) => <span title={row.why}>{plain(row.change_class)}</span> },
        { name: "Policy", rank: 3, cell: (row) => row.policy },
        { name: "Author", rank: 3, cell: (row) => row.author },
        { name: "Sealed", rank: 2, cell: (row) => <When at={row.sealed_at} of="wall" dated /> },
        { name: "", rank: 2, cell: (row) => row.running && <Badge tone="good">running</Badge> },
      ]}
    />
  );
}
