/** Which sealed release trades here. */

import { execution, SELDOM_MS } from "../../asked";
import { useDoor } from "../../live/feed";
import { Badge } from "../../parts/badge";
import { Panel, Shown } from "../../parts/panel";
import type { Config } from "../../types";

export function RunningRelease() {
  const config = useDoor<Config>(execution("/api/v1/config"), SELDOM_MS);
  return (
    <Panel title="Release running" area="third" aside={<a href="#/release">Release</a>}>
      <Shown seen={config}>{(value) => <Release config={value} />}</Shown>
    </Panel>
  );
}

function Release({ config }: { config: Config }) {
  const files = Object.entries(config.settings).filter(([name, each]) => /^strategies\./.test(name) && each.value);
  return (
    <>
      {config.release === null ? (
        <p class="release-id">
          <Badge tone="soft">unsealed</Badge>{" "}
          <span class="faint">
            what runs here was not sealed: <code>seatrial release seal</code>
          </span>
        </p>
      ) : (
        <p class="release-id">
          <Badge tone="good">sealed</Badge> <code>{config.release}</code>
        </p>
      )}
      <dl class="facts">
        <dt>Version</dt>
        <dd>{config.version}</dd>
        <dt>Stage, mode</dt>
        <dd>
          {config.stage}, {config.mode}
        </dd>
        <dt>Market speed</dt>
        <dd>{String(config.settings["speed"]?.value ?? "–")} ×</dd>
        {files.map(([name, each]) => (
          <>
            <dt>On {name.replace("strategies.", "")}</dt>
            <dd>
              <code>{String(each.value)}</code>
            </dd>
          </>
        ))}
      </dl>
    </>
  );
}
