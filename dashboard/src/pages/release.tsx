/** What was sealed, what runs, what the next step still needs, and what has been proved. */

import { observability, SELDOM_MS, STEADY_MS } from "../asked";
import { useDoor } from "../live/feed";
import { Badge } from "../parts/badge";
import { Empty, Panel, Shown } from "../parts/panel";
import type { Releases } from "../types";
import { EvidencePanel } from "./release/evidence";
import { HistoryPanels } from "./release/history";
import { ReleaseTable } from "./release/list";
import { OneRelease } from "./release/one";

export function Release({ rest }: { rest: readonly string[] }) {
  const releases = useDoor<Releases>(observability("/api/releases"), STEADY_MS);
  const rows = releases.value?.releases ?? [];
  const shown = rest[0] ?? rows.find((each) => each.running)?.release ?? rows[0]?.release;
  return (
    <>
      <h1>Release</h1>
      <Panel
        title="Sealed releases"
        aside={releases.value && <span>policy {releases.value.policies.join(", ") || "none"}</span>}
        flush
      >
        <Shown seen={releases}>
          {(value) => (
            <>
              <p class="running">
                {value.running.release === null ? (
                  <Badge tone="soft">unsealed</Badge>
                ) : (
                  <Badge tone="good">running</Badge>
                )}{" "}
                {value.running.release !== null && <code>{value.running.release}</code>}{" "}
                <span class="soft">{value.running.note}</span>
              </p>
              {value.releases.length === 0 ? (
                <Empty>
                  Nothing is sealed yet. <code>seatrial release seal</code> makes a release of what would run here.
                </Empty>
              ) : (
                <ReleaseTable rows={value.releases} current={shown} />
              )}
            </>
          )}
        </Shown>
      </Panel>
      {shown !== undefined && <OneRelease key={shown} release={shown} />}
      <EvidencePanel everyMs={SELDOM_MS} />
      <HistoryPanels everyMs={SELDOM_MS} />
    </>
  );
}
