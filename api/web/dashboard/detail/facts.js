import { priceOf } from "../desk/prices.js";
import { dateTime, money, multiple, number, percent, quantity, signedMoney, tone, words } from "../kit/format.js";
import { html } from "../kit/html.js";

/** Figures with their names: `facts` are [label, value, tone?]; those without a value are left out. */
export function Facts({ facts, test }) {
  const given = facts.filter(([, value]) => value !== null && value !== undefined);
  return html`<dl class="facts" data-test=${test}>
    ${given.map(([label, value, colour]) => html`<div key=${label}><dt>${label}</dt><dd class=${colour ?? ""}>${value}</dd></div>`)}
  </dl>`;
}

const given = (value, show) => (value === null || value === undefined ? null : show(value));

export function signalFacts(signal) {
  const at = (text) => priceOf(text, signal.symbol);
  return [
    ["Sent for", dateTime(signal.timestamp)],
    ["Stored", dateTime(signal.recordedAt)],
    ["Entry", signal.entryPrice === null ? words(signal.entry) : `${words(signal.entry)} at ${at(signal.entryPrice)}`],
    ["Time in force", signal.goodUntil === null ? signal.timeInForce : `${signal.timeInForce}, until ${dateTime(signal.goodUntil)}`],
    ["Quantity", given(signal.quantity, quantity)],
    ["Sized by risk", given(signal.riskPercent, percent)],
    ["Stop", given(signal.stopLoss, at) ?? given(signal.stopDistance, (text) => `${at(text)} away`) ?? given(signal.stopPercent, (text) => `${percent(text)} away`)],
    ["Target 1", given(signal.target1, at) ?? given(signal.target1R, (text) => `${number(text)} R`)],
    ["Target 2", given(signal.target2, at) ?? given(signal.target2R, (text) => `${number(text)} R`)],
    ["Trailing stop", given(signal.trailingStop, ({ offset, percent: share }) => (offset === null ? `${percent(share)} behind` : `${at(offset)} behind`))],
    ["Pattern", given(signal.pattern, words)],
    ["Phase", signal.phase],
    ["Timeframe", signal.timeframe],
    ["Confidence", given(signal.confidence, (text) => percent(text, 0))],
    ["Source", signal.source],
    ["Campaign", signal.campaignId],
    ["Note", signal.note],
  ];
}

export function positionFacts(position) {
  const at = (text) => priceOf(text, position.symbol);
  return [
    ["Open P&L", signedMoney(position.unrealizedPnl), tone(position.unrealizedPnl)],
    ["Realized P&L", signedMoney(position.realizedPnl), tone(position.realizedPnl)],
    ["R now", multiple(position.rMultiple), tone(position.rMultiple)],
    ["Open", `${quantity(position.openQuantity)} of ${quantity(position.quantity)}`],
    ["Entry", at(position.entryPrice)],
    ["Last", at(position.lastPrice)],
    ["Priced", dateTime(position.lastPriceTime)],
    ["Stop", given(position.stopLoss, at) ?? "none"],
    ["Target 1", given(position.target1, at)],
    ["Target 2", given(position.target2, at)],
    ["At risk", money(position.openRisk)],
    ["Commission so far", money(position.commission)],
    ["Slippage so far", money(position.slippage)],
  ];
}

export function tradeFacts(trade, symbol) {
  return [
    ["P&L", signedMoney(trade.realizedPnl), tone(trade.realizedPnl)],
    ["R", multiple(trade.rMultiple), tone(trade.rMultiple)],
    ["Quantity", quantity(trade.quantity)],
    ["Entry", priceOf(trade.entryPrice, symbol)],
    ["Exit", priceOf(trade.exitPrice, symbol)],
    ["Closed", dateTime(trade.exitTime)],
    ["Commission", money(trade.commission)],
    ["Slippage", money(trade.slippage)],
    ["Worst on the way (MAE)", given(trade.excursion?.adverse, (text) => `${number(text)} R against it`)],
    ["Best on the way (MFE)", given(trade.excursion?.favourable, (text) => `${number(text)} R with it`)],
  ];
}
