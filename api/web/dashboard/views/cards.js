import { account, archived, report } from "../desk/store.js";
import { count, money, multiple, number, percent, plural, signedCost, signedMoney, signedPercent, tone } from "../kit/format.js";
import { html } from "../kit/html.js";
import { Card } from "./card.js";
import { EligibilityCard } from "./eligibility.js";

/** How the account stands; of an ended session, how it ended. Every figure is the server's. */
export function Cards() {
  const live = archived.value ? null : account.value;
  return html`
    <section class="cards" aria-labelledby="cards-title" data-test="cards">
      <h2 id="cards-title" class="unseen">Figures</h2>
      ${live && report.value ? html`<${LiveCards} account=${live} />` : html`<${EndedCards} />`}
      <${RecordCards} />
      <${EligibilityCard} />
    </section>
  `;
}

const returned = ({ returnPercent }) => ["return", signedPercent(returnPercent), tone(returnPercent)];

function LiveCards({ account: now }) {
  return html`
    <${Card}
      title="Equity"
      test="equity"
      figure=${money(now.equity)}
      lines=${[["start", money(now.session.startingCapital)], returned(report.value), ["market value", money(now.marketValue)]]}
    />
    <${Card}
      title="Total P&L"
      test="pnl"
      figure=${signedMoney(now.totalPnl)}
      tone=${tone(now.totalPnl)}
      lines=${[
        ["realized", signedMoney(now.realizedPnl), tone(now.realizedPnl)],
        ["open", signedMoney(now.unrealizedPnl), tone(now.unrealizedPnl)],
        ["entry fees", signedCost(now.openCommission)],
        ["today", signedMoney(now.todayPnl), tone(now.todayPnl)],
      ]}
    />
    <${HeatCard} account=${now} />
    <${WinRateCard} record=${now} />
    <${DrawdownCard} record=${now} />
    <${TradesCard} record=${report.value} inAll=${now} />
  `;
}

function EndedCards() {
  const ended = report.value;
  if (ended === null) return null;
  return html`
    <${Card}
      title="Equity at the end"
      test="equity"
      figure=${money(ended.session.cash)}
      lines=${[["start", money(ended.session.startingCapital)], returned(ended)]}
    />
    <${Card}
      title="Total P&L"
      test="pnl"
      figure=${signedMoney(ended.realizedPnl)}
      tone=${tone(ended.realizedPnl)}
      lines=${[["over", plural(ended.days, "day")]]}
    />
    <${WinRateCard} record=${ended} />
    <${DrawdownCard} record=${ended} />
    <${TradesCard} record=${ended} />
  `;
}

const BEYOND_MEASURE = 1_000_000;

function HeatCard({ account: { heatPercent, workingSignals, settings } }) {
  const limit = settings.maxHeatPercent;
  const share = Number(limit) > 0 ? Math.min(1, Number(heatPercent) / Number(limit)) : 1;
  const figure = Number(heatPercent) > BEYOND_MEASURE ? "no equity" : percent(heatPercent);
  return html`<${Card}
    title="Portfolio heat"
    test="heat"
    figure=${figure}
    lines=${[
      ["limit", percent(limit)],
      ["working", count(workingSignals)],
    ]}
  >
    <div class=${share > 0.8 ? "meter meter-high" : "meter"} aria-hidden="true"><span style=${{ width: `${share * 100}%` }}></span></div>
  <//>`;
}

function WinRateCard({ record }) {
  return html`<${Card}
    title="Win rate"
    test="win-rate"
    figure=${percent(record.winRate)}
    lines=${[
      ["wins", count(record.winningTrades), "gain"],
      ["losses", count(record.losingTrades), "loss"],
    ]}
  />`;
}

function DrawdownCard({ record }) {
  return html`<${Card}
    title="Maximum drawdown"
    test="drawdown"
    figure=${percent(record.maxDrawdown)}
    lines=${[["now", percent(record.currentDrawdown)]]}
  />`;
}

/** What closed trades cost; of a running session also what all fills did, those of open positions too. */
function TradesCard({ record, inAll = null }) {
  return html`<${Card}
    title="Trades"
    test="trades"
    figure=${count(record.tradeCount)}
    lines=${[
      ["commission, closed", money(record.commission)],
      ...(inAll ? [["commission, all", money(inAll.commission)]] : []),
      ["slippage, closed", money(record.slippage)],
      ...(inAll ? [["slippage, all", money(inAll.slippage)]] : []),
    ]}
  />`;
}

function RecordCards() {
  const record = report.value ?? {};
  return html`
    <${Card}
      title="Average R"
      test="average-r"
      figure=${multiple(record.averageR)}
      tone=${tone(record.averageR)}
      lines=${[["expectancy", signedMoney(record.expectancy), tone(record.expectancy)]]}
    />
    <${Card}
      title="Profit factor"
      test="profit-factor"
      figure=${number(record.profitFactor)}
      lines=${[["Sharpe", number(record.sharpe)]]}
    />
  `;
}
