/** One release: its gates with what would supply them, signatures, and the steps it has made. */

import { observability, STEADY_MS } from "../../asked";
import { useDoor } from "../../live/feed";
import { Badge, type Tone } from "../../parts/badge";
import type { IconName } from "../../parts/icon";
import { Empty, Panel, Shown } from "../../parts/panel";
import { Table } from "../../parts/table";
import { When } from "../../parts/when";
import type { Gate, ReleaseTold } from "../../types";
import { instant, percent, plain, stretch, UNKNOWN } from "../../words";

const WORDS: Record<Gate["verdict"], readonly [Tone, IconName]> = {
  PASS: ["good", "ok"],
  WAIVED: ["accent", "info"],
  PENDING: ["soft", "wait"],
  INCONCLUSIVE: ["warn", "warn"],
  STALE: ["warn", "clock"],
  NODATA: ["warn", "flat"],
  ERROR: ["bad", "warn"],
  FAIL: ["bad", "bad"],
};

export function OneRelease({ release }: { release: string }) {
  const told = useDoor<ReleaseTold>(observability(`/api/releases/${encodeURIComponent(release)}`), STEADY_MS);
  const holding = told.value?.gates.filter((each) => each.blocks).length;
  return (
    <>
      <Panel
        title={`Gates of ${release}`}
        flush
        aside={
          holding !== undefined &&
          (holding === 0 ? (
            <Badge tone="good">nothing holds it</Badge>
          ) : (
            <Badge tone="warn">{`${holding} hold it`}</Badge>
          ))
        }
      >
        <Shown seen={told}>{(value) => <Gates gates={value.gates} />}</Shown>
      </Panel>
      <Panel title="Promotion" area="half">
        <Shown seen={told}>{(value) => <Promotion told={value} />}</Shown>
      </Panel>
    </>
  );
}

function Gates({ gates }: { gates: readonly Gate[] }) {
  if (gates.length === 0) return <Empty>Nothing is asked for the next step.</Empty>;
  const ordered = [...gates].sort((a, b) => Number(b.blocks) - Number(a.blocks));
  return (
    <Table
      label="Gates"
      rows={ordered}
      keyOf={(row) => row.gate}
      columns={[
        {
          name: "Gate",
          cell: (row) => (
            <>
              <span title={row.asks}>{plain(row.gate)}</span>
              <p class="below">
                {row.reason}
                {row.verdict !== "PASS" && (
                  <>
                    : <code>{row.supply}</code>
                  </>
                )}
              </p>
            </>
          ),
        },
        {
          name: "Verdict",
          cell: (row) => (
            <Badge tone={WORDS[row.verdict][0]} icon={WORDS[row.verdict][1]}>
              {row.verdict}
            </Badge>
          ),
        },
        { name: "Reason", rank: 2, cell: (row) => <span class="soft">{row.reason}</span> },
        {
          name: "Age",
          number: true,
          rank: 2,
          cell: (row) => (
            <span title={`as of ${instant(row.as_of)}, ${row.clock} clock`}>
              {row.verdict === "NODATA" ? UNKNOWN : stretch(row.age_s * 1000)}
            </span>
          ),
        },
        {
          name: "Supplied by",
          rank: 2,
          cell: (row) => (row.verdict === "PASS" ? <span class="faint">done</span> : <code>{row.supply}</code>),
        },
        { name: "Holds", rank: 2, cell: (row) => (row.blocks ? "yes" : <span class="faint">no</span>) },
      ]}
    />
  );
}

function Promotion({ told }: { told: ReleaseTold }) {
  const { release, approvals, approvals_needed: needed } = told;
  return (
    <>
      <dl class="facts">
        <dt>Stands in</dt>
        <dd>
          {release.stage}, {plain(release.phase)}
        </dd>
        <dt>Change</dt>
        <dd>
          {plain(release.change_class)}: {release.why}
        </dd>
        <dt>Policy</dt>
        <dd>{release.policy}</dd>
        <dt>Signatures</dt>
        <dd>
          {approvals.length} of {needed}
          {approvals.length > 0 &&
            `: ${approvals.map((each) => `${each.owner} (${each.roles.join(", ")})`).join("; ")}`}
        </dd>
        <dt>Capital at most</dt>
        <dd>{percent(told.capital_max, 0)} of the account</dd>
      </dl>
      <h3 class="steps-title">Steps</h3>
      {told.steps.length === 0 ? (
        <Empty>It was sealed and has not moved yet.</Empty>
      ) : (
        <ol class="way">
          {told.steps.map((each) => (
            <li key={`${each.stage} ${each.seq}`} class="step">
              <div class="step-head">
                <strong>
                  {plain(each.start)} → {plain(each.end)}
                </strong>
                <span class="faint">{each.stage}</span>
                <When at={each.at} of="wall" dated />
              </div>
              <div class="step-body">{each.reason}</div>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
