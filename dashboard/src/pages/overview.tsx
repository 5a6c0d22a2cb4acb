/** Money, safety and health at one glance. */

import { EquityChart } from "../charts/equity";
import { observability, OFTEN_MS, STEADY_MS } from "../asked";
import { type AccountEquity, useEquity } from "../live/equity";
import { useDoor } from "../live/feed";
import { Gain } from "../parts/amount";
import { Status } from "../parts/badge";
import { Empty, Panel, Shown } from "../parts/panel";
import { When } from "../parts/when";
import type { AccountPnl, Breakers, Notices, Pnl, SystemStatus } from "../types";
import { decimal, percent } from "../words";
import { NoticeList } from "./overview/notices";
import { RunningRelease } from "./overview/running_release";
import { Safety } from "./overview/safety";

export function Overview() {
  const equity = useEquity();
  const pnl = useDoor<Pnl>(observability("/api/trades/pnl?period=today"), OFTEN_MS);
  const breakers = useDoor<Breakers>(observability("/api/system/circuit-breaker/status"), OFTEN_MS);
  const status = useDoor<SystemStatus>(observability("/api/system/status"), STEADY_MS);
  const notices = useDoor<Notices>(observability("/api/notices?limit=12"), STEADY_MS);
  return (
    <>
      <h1>Overview</h1>
      <Shown seen={equity}>
        {(accounts) =>
          accounts.length === 0 ? (
            <Empty>No account trades here: set strategies.alpaca or strategies.binance to a file.</Empty>
          ) : (
            <div class="accounts">
              {accounts.map((account) => (
                <AccountCard
                  key={account.account}
                  equity={account}
                  pnl={pnl.value?.accounts.find((each) => each.account === account.account)}
                />
              ))}
            </div>
          )
        }
      </Shown>
      <Safety breakers={breakers} />
      <RunningRelease />
      <Panel title="Roles" area="third rest" aside={status.value && <Status word={status.value.status} />}>
        <Shown seen={status}>{(value) => <RoleStrip status={value} />}</Shown>
      </Panel>
      <Panel title="Notices" flush>
        <Shown seen={notices}>{(value) => <NoticeList notices={value.notices} />}</Shown>
      </Panel>
    </>
  );
}

function AccountCard({ equity, pnl }: { equity: AccountEquity; pnl: AccountPnl | undefined }) {
  const last = equity.points.at(-1);
  return (
    <section class="panel account" aria-label={`Account ${equity.account}`}>
      <header class="account-head">
        <div>
          <h2>{equity.account}</h2>
          <p class="account-equity">
            {decimal(last?.equity)} <span class="unit">{equity.currency}</span>
          </p>
        </div>
        <dl class="account-facts">
          <div>
            <dt>Today</dt>
            <dd>
              <Gain value={pnl?.total} />
            </dd>
          </div>
          <div>
            <dt>Realized</dt>
            <dd>
              <Gain value={pnl?.realized} />
            </dd>
          </div>
          <div>
            <dt>Open</dt>
            <dd>
              <Gain value={pnl?.open} />
            </dd>
          </div>
          <div>
            <dt>Cash</dt>
            <dd>{decimal(last?.cash)}</dd>
          </div>
          <div>
            <dt>Fills</dt>
            <dd>{pnl?.trades ?? "–"}</dd>
          </div>
          <div>
            <dt>Won</dt>
            <dd>{pnl && pnl.closed_trades > 0 ? percent(pnl.win_rate, 0) : "–"}</dd>
          </div>
        </dl>
      </header>
      <EquityChart points={equity.points} currency={equity.currency} account={equity.account} />
      <footer class="account-foot">
        Equity by market time, as of <When at={equity.asOf} of="market" dated />
      </footer>
    </section>
  );
}

function RoleStrip({ status }: { status: SystemStatus }) {
  return (
    <ul class="roles">
      {Object.entries(status.services).map(([name, role]) => (
        <li key={name} title={role.message}>
          <span>{name}</span>
          <span class="faint number">{role.latency_ms === null ? "–" : `${decimal(role.latency_ms, 0, 0)} ms`}</span>
          <Status word={role.status} />
        </li>
      ))}
    </ul>
  );
}
