// What a trader may set. `read(settings)` is the field's text as it is in force, `write(text, settings)` what the API is sent.

const AT_ONCE = "from the next event on";
const NEXT_SIGNAL = "for signals from now on";
const AT_RESET = "at the next reset";

// What the API would refuse as malformed is told before it is sent.
const aDecimal = (text) => (/^-?\d+(\.\d{1,8})?$/.test(text) ? null : "Write a number such as 2.5, with at most 8 places.");
const aWhole = (text) => (/^-?\d{1,9}$/.test(text) ? null : "Write a whole number, such as 30.");

const decimal = (name, label, unit, effect, optional = false) => ({
  name,
  label,
  unit,
  effect,
  optional,
  read: (settings) => settings[name] ?? "",
  write: (text) => text,
  fault: aDecimal,
});
const whole = (name, label, unit, effect, optional = false) => ({
  ...decimal(name, label, unit, effect, optional),
  read: (settings) => String(settings[name] ?? ""),
  write: Number,
  fault: aWhole,
});
const zone = (name, label, unit, effect) => ({
  ...decimal(name, label, unit, effect),
  keyboard: "text",
  fault: () => null,
});
const choice = (name, label, effect, options) => ({
  name,
  label,
  effect,
  options,
  read: (settings) => String(settings[name]),
  write: (text) => (text === "true" || text === "false" ? text === "true" : text),
  fault: () => null,
});
const YES_OR_NO = [
  ["true", "yes"],
  ["false", "no"],
];

const SLIPPAGE = {
  PERCENT: (text) => ({ percent: text }),
  PER_SHARE: (text) => ({ perShare: text }),
  VOLUME_SHARE: (text, { volumeLimit }) => ({ volumeShare: { volumeLimit: volumeLimit ?? "0.025", priceImpact: text } }),
};
const slippageFigure = ({ percent, perShare, priceImpact }) => percent ?? perShare ?? priceImpact;
const COMMISSION = {
  PER_SHARE: (text, { model: now, minimum, maximumPercent }) => ({
    perShare: { rate: text, ...(now === "PER_SHARE" ? { minimum, maximumPercent } : {}) },
  }),
  BASIS_POINTS: (text) => ({ basisPoints: text }),
  PER_ORDER: (text) => ({ perOrder: text }),
};

/** A cost model with its one figure, as "MODEL figure"; what else the model has stays as it is. */
const model = (name, label, names, figure, write) => ({
  name,
  label,
  effect: AT_ONCE,
  models: names,
  read: (settings) => `${settings[name].model} ${figure(settings[name])}`,
  write: (text, settings) => {
    const [chosen, value] = text.split(" ");
    return write[chosen](value, settings[name]);
  },
  fault: (text) => aDecimal(text.split(" ")[1] ?? ""),
});

export const GROUPS = [
  {
    title: "Capital and limits",
    fields: [
      decimal("startingCapital", "Starting capital", "USD", AT_RESET),
      decimal("leverage", "Leverage", "×", AT_ONCE),
      decimal("maxTradeRiskPercent", "Risk of one trade, at most", "% of equity", AT_ONCE),
      decimal("maxCampaignRiskPercent", "Risk of a campaign, at most", "% of equity", AT_ONCE),
      decimal("maxHeatPercent", "Portfolio heat, at most", "% of equity", AT_ONCE),
    ],
  },
  {
    title: "Halts",
    fields: [
      decimal("maxDailyLossPercent", "Halt after a day's loss of", "%, empty: none", AT_ONCE, true),
      decimal("maxDrawdownPercent", "Halt after a drawdown of", "%, empty: none", AT_ONCE, true),
    ],
  },
  {
    title: "Costs and fills",
    fields: [
      choice("useRealisticFills", "Slippage and commission", AT_ONCE, YES_OR_NO),
      model("slippage", "Slippage", { PERCENT: "% of price", PER_SHARE: "USD per unit", VOLUME_SHARE: "price impact by volume" }, slippageFigure, SLIPPAGE),
      model("commission", "Commission", { PER_SHARE: "USD per unit", BASIS_POINTS: "basis points", PER_ORDER: "USD per order" }, ({ rate }) => rate, COMMISSION),
      choice("intrabar", "Stop and target in one bar", AT_ONCE, [
        ["PESSIMISTIC", "pessimistic: the stop"],
        ["OPTIMISTIC", "optimistic: the targets"],
      ]),
      choice("limitFill", "Limits and targets in a bar fill", AT_ONCE, [
        ["TOUCH", "where it touches them"],
        ["THROUGH", "where it trades beyond them"],
      ]),
    ],
  },
  {
    title: "Positions",
    fields: [
      decimal("scaleOutPercent", "Leaves at target 1", "% of the quantity", NEXT_SIGNAL),
      choice("breakEvenAfterTarget1", "Stop to the entry after target 1", NEXT_SIGNAL, YES_OR_NO),
      whole("maxHoldingDays", "Longest holding", "days, empty: none", NEXT_SIGNAL, true),
      whole("maxPriceAgeSeconds", "Oldest price to enter at", "seconds", AT_ONCE),
      whole("periodsPerYear", "Periods in a year", "for annual figures, empty: by what is traded", AT_ONCE, true),
      zone("timezone", "Days and months of", "an IANA zone, e.g. Asia/Tokyo", AT_RESET),
    ],
  },
];

export const FIELDS = GROUPS.flatMap(({ fields }) => fields);
