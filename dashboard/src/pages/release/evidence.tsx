/** The newest records of a stage's chain. */

import { useState } from "preact/hooks";
import { observability } from "../../asked";
import { useDoor } from "../../live/feed";
import { Empty, Panel, Shown } from "../../parts/panel";
import { Table } from "../../parts/table";
import { When } from "../../parts/when";
import type { Evidence } from "../../types";
import { plain } from "../../words";

const STAGES = ["dev", "staging", "prod"] as const;

export function EvidencePanel({ everyMs }: { everyMs: number }) {
  const [stage, setStage] = useState<(typeof STAGES)[number]>("dev");
  const evidence = useDoor<Evidence>(observability(`/api/evidence?stage=${stage}&limit=100`), everyMs);
  return (
    <Panel
      title="Evidence"
      area="half"
      flush
      tall
      aside={
        <fieldset class="choice">
          <legend class="hidden">Stage</legend>
          {STAGES.map((each) => (
            <button
              key={each}
              type="button"
              class="small-button"
              aria-pressed={each === stage}
              onClick={() => setStage(each)}
            >
              {each}
            </button>
          ))}
        </fieldset>
      }
    >
      <Shown seen={evidence}>{(value) => <Records evidence={value} />}</Shown>
    </Panel>
  );
}

function Records({ evidence }: { evidence: Evidence }) {
  if (evidence.size === 0)
    return <Empty>The chain of {evidence.stage} is empty: nothing has been proved there yet.</Empty>;
  return (
    <>
      <p class="running soft">
        {evidence.size} records, {evidence.signed} of them signed. <code>seatrial evidence verify</code> checks them.
      </p>
      <Table
        label={`Evidence of ${evidence.stage}`}
        rows={evidence.records}
        keyOf={(row) => row.hash}
        columns={[
          { name: "No.", number: true, cell: (row) => row.seq },
          { name: "Record", cell: (row) => <span title={row.hash}>{plain(row.type)}</span> },
          { name: "Says", rank: 2, cell: (row) => <span class="soft">{row.gist}</span> },
          { name: "By", rank: 3, cell: (row) => row.actor },
          { name: "At", cell: (row) => <When at={row.at} of="wall" dated /> },
        ]}
      />
    </>
  );
}
