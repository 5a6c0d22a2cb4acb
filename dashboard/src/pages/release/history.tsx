/** Rehearsals, smoke checks, soaks and steps; and the drills, once there is a room for them. */

import { observability } from "../../asked";
import { useDoor } from "../../live/feed";
import { Status } from "../../parts/badge";
import { Empty, Panel, Shown } from "../../parts/panel";
import { Table } from "../../parts/table";
import { When } from "../../parts/when";
import type { History } from "../../types";
import { plain } from "../../words";

export function HistoryPanels({ everyMs }: { everyMs: number }) {
  const history = useDoor<History>(observability("/api/history?limit=100"), everyMs);
  const drills = useDoor<unknown>(observability("/api/drills"), everyMs * 2);
  return (
    <>
      <Panel title="History" area="half" flush tall>
        <Shown seen={history}>{(value) => <Rows history={value} />}</Shown>
      </Panel>
      <Panel title="Drills" area="half">
        <Shown seen={drills}>{() => <Empty>No drill has run yet.</Empty>}</Shown>
      </Panel>
    </>
  );
}

/** A status word as a badge; a sentence as a sentence. */
function Outcome({ word }: { word: string }) {
  return word.includes(" ") ? <span class="soft">{word}</span> : <Status word={word} />;
}

function Rows({ history }: { history: History }) {
  if (history.history.length === 0) {
    return (
      <Empty>
        Nothing was measured yet: <code>seatrial smoke</code> and <code>seatrial rehearse</code> leave their outcome
        here.
      </Empty>
    );
  }
  return (
    <Table
      label="History"
      rows={history.history}
      keyOf={(row) => `${row.at} ${row.kind} ${row.stage}`}
      columns={[
        { name: "What", cell: (row) => plain(row.kind) },
        { name: "Outcome", cell: (row) => <Outcome word={row.outcome} /> },
        { name: "Stage", rank: 2, cell: (row) => row.stage },
        {
          name: "Release",
          rank: 3,
          cell: (row) => (row.release ? <code>{row.release}</code> : <span class="faint">none</span>),
        },
        { name: "At", cell: (row) => <When at={row.at} of="wall" dated /> },
      ]}
    />
  );
}
