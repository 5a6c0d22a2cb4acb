/** Every setting in force and who chose it; what is not a default comes first. */

import { useState } from "preact/hooks";
import { Empty } from "../../parts/panel";
import { Table } from "../../parts/table";
import type { Config } from "../../types";

export function Settings({ config }: { config: Config }) {
  const [wanted, setWanted] = useState("");
  const [chosenOnly, setChosenOnly] = useState(true);
  const word = wanted.trim().toLowerCase();
  const rows = Object.entries(config.settings).filter(
    ([name, each]) =>
      (word !== "" || !chosenOnly || each.source !== "default") &&
      `${name} ${each.value} ${each.source}`.toLowerCase().includes(word),
  );
  return (
    <>
      <div class="filter">
        <label class="hidden" for="setting">
          Find a setting
        </label>
        <input
          id="setting"
          type="search"
          placeholder="Find a setting"
          value={wanted}
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={chosenOnly}
            onChange={(event) => setChosenOnly(event.currentTarget.checked)}
          />{" "}
          only what somebody chose
        </label>
      </div>
      {rows.length === 0 ? (
        <Empty>No setting has that in its name, value or source.</Empty>
      ) : (
        <Table
          label="Settings"
          rows={rows}
          keyOf={([name]) => name}
          columns={[
            { name: "Setting", cell: ([name]) => <code>{name}</code> },
            {
              name: "Value",
              cell: ([, each]) =>
                each.value === "" || each.value === null ? (
                  <span class="faint">empty</span>
                ) : (
                  <span class="breakable">{String(each.value)}</span>
                ),
            },
            { name: "Chosen by", rank: 2, cell: ([, each]) => <span class="soft">{each.source}</span> },
          ]}
        />
      )}
    </>
  );
}
