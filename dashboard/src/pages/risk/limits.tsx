/** Every limit of every account. What is used up is drawn; a rule that holds for each single order is told. */

import { Meter } from "../../parts/meter";
import { Empty } from "../../parts/panel";
import type { Limit } from "../../types";
import { decimal } from "../../words";
import { limitName } from "./limit_words";

export function LimitTables({ limits }: { limits: readonly Limit[] }) {
  const accounts = [...new Set(limits.map((each) => each.account))];
  if (accounts.length === 0) return <Empty>No account, no limit.</Empty>;
  return (
    <div class="limit-groups">
      {accounts.map((account) => {
        const mine = limits.filter((each) => each.account === account);
        return (
          <section key={account} class="limit-group" aria-label={`Limits of ${account}`}>
            <h3>{account}</h3>
            <ul class="limits">
              {mine
                .filter((each) => each.used !== null)
                .map((each) => (
                  <Used key={each.name} limit={each} />
                ))}
            </ul>
            <Rules limits={mine.filter((each) => each.used === null)} />
          </section>
        );
      })}
    </div>
  );
}

function Used({ limit }: { limit: Limit }) {
  return (
    <li title={from(limit)}>
      <span class="limit-name">
        {limitName(limit.name)} {limit.symbol && <span class="faint">{limit.symbol}</span>}
      </span>
      <span class="limit-figures">
        {figure(limit.used ?? "", limit.unit)} <span class="faint">of</span> {figure(limit.value, limit.unit)}{" "}
        <span class="unit">{unitWord(limit.unit)}</span>
      </span>
      <Meter share={limit.utilization} label={limitName(limit.name)} />
    </li>
  );
}

function Rules({ limits }: { limits: readonly Limit[] }) {
  if (limits.length === 0) return null;
  return (
    <details>
      <summary>Rules for every order ({limits.length})</summary>
      <dl class="facts">
        {limits.map((each) => (
          <>
            <dt title={from(each)}>{limitName(each.name)}</dt>
            <dd>
              {figure(each.value, each.unit)} <span class="unit">{unitWord(each.unit)}</span>
            </dd>
          </>
        ))}
      </dl>
    </details>
  );
}

function from(limit: Limit): string {
  return `${limit.name}, set by ${limit.source ?? "nobody known"}`;
}

function figure(value: string, unit: string): string {
  if (unit === "flag") return Number(value) === 1 ? "on" : "off";
  const whole = ["count", "shares", "seconds", "minutes"].includes(unit);
  return whole ? decimal(value, 0, 9) : decimal(value);
}

function unitWord(unit: string): string {
  return unit === "percent" ? "%" : unit === "count" || unit === "flag" ? "" : unit;
}
