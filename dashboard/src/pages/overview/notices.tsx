/** What a person should hear of, newest first. */

import type { Tone } from "../../parts/badge";
import { Badge } from "../../parts/badge";
import { Empty } from "../../parts/panel";
import { Table } from "../../parts/table";
import { When } from "../../parts/when";
import type { Notice } from "../../types";
import { plain } from "../../words";

const TONES: Record<Notice["kind"], Tone> = {
  refusal: "warn",
  alert: "bad",
  breaker: "bad",
  command: "accent",
  notice: "warn",
};

export function NoticeList({ notices }: { notices: readonly Notice[] }) {
  if (notices.length === 0) {
    return <Empty>Nothing to report: no refusal, no alert, no tripped breaker since the platform started.</Empty>;
  }
  return (
    <Table
      label="Notices"
      rows={notices}
      keyOf={(row) => `${row.seq ?? row.recorded_at} ${row.name} ${row.detail} ${row.symbol}`}
      columns={[
        { name: "Market time", cell: (row) => <When at={row.at} of="market" dated /> },
        { name: "Kind", rank: 2, cell: (row) => <Badge tone={TONES[row.kind]}>{row.kind}</Badge> },
        {
          name: "Account",
          rank: 3,
          cell: (row) => [row.account, row.symbol].filter(Boolean).join(" ") || <span class="faint">all</span>,
        },
        { name: "What", cell: (row) => <What notice={row} /> },
        { name: "Wall time", rank: 2, cell: (row) => <When at={row.recorded_at} of="wall" /> },
      ]}
    />
  );
}

function What({ notice }: { notice: Notice }) {
  return (
    <span class="notice-what">
      <strong>{plain(notice.name)}</strong> {notice.detail}
      {notice.limit && (
        <span class="faint">
          {" "}
          limit {notice.limit}, would be {notice.actual} {notice.unit}
        </span>
      )}
    </span>
  );
}
