import { batch, computed, effect, untracked } from "../kit/html.js";
import { settle } from "../kit/place.js";
import { forgetActivity, hear } from "./activity.js";
import { ask, DeskError, subscribe } from "./api.js";
import { ACCOUNT_EVENTS, MARKET, OPEN_POSITIONS, POSITION_EVENTS, SIGNAL_EVENTS, TRADE_EVENTS } from "./documents.js";
import { become, clock, forget, heard, newestBar, opened } from "./freshness.js";
import { inFrames } from "./frames.js";
import { allAccounts, allPositions, allSessions } from "./lists.js";
import { learnPlaces } from "./prices.js";
import { takeSnapshot } from "./snapshot.js";
import * as store from "./store.js";

const STREAMS = [
  { stream: "POSITION", query: POSITION_EVENTS, field: "positionEvents" },
  { stream: "TRADE", query: TRADE_EVENTS, field: "tradeEvents" },
  { stream: "SIGNAL", query: SIGNAL_EVENTS, field: "signalEvents" },
  { stream: "ACCOUNT", query: ACCOUNT_EVENTS, field: "accountEvents" },
];
const SHORTEST_WAIT = 300;
const LONGEST_WAIT = 3_000;
const ABSENT_WAIT = 2_000;
const LOST = new Set(["CONNECTION_LOST", "UNREACHABLE"]);
const BEAT = 1_000;
const BEATS_AT_REST = 3;
const BEATS_FOR_ACCOUNTS = 5;

const IN_THE_MARKET = { question: MARKET, values: {} };
const NOTHING_HELD = { open: [], ended: [] };

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const name = computed(() => store.chosen.value.account);

/** Follows whichever account is chosen, for as long as the page is there. */
export function start() {
  effect(() => {
    if (store.unauthorized.value) {
      become("unauthorized");
      return undefined;
    }
    const following = new Following(name.value);
    untracked(() => following.run());
    return () => following.stop();
  });
}

/** One account, followed until it is stopped: a snapshot, then events after it; when they end, the same again. */
class Following {
  #account;
  #stopped = false;
  #cursors = {};
  #from = null;
  #end = null;
  #changed = false;
  #earned = false;
  #quotes = undefined;
  #placed = new Set();
  #collect = inFrames((entries) => this.#apply(entries));

  constructor(account) {
    this.#account = account;
  }

  stop() {
    this.#stopped = true;
    this.#end?.();
  }

  async run() {
    if (this.#account === null) become("connecting");
    for (let wait = SHORTEST_WAIT; !this.#stopped; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      try {
        if (await this.#begin()) {
          const begun = Date.now();
          await this.#stay().finally(() => {
            if (Date.now() - begun > LONGEST_WAIT) wait = SHORTEST_WAIT;
          });
        } else if (!this.#stopped) {
          await pause(ABSENT_WAIT);
          wait = SHORTEST_WAIT;
        }
      } catch (error) {
        if (!(error instanceof DeskError)) throw error;
        this.#lose(error);
      }
      if (!this.#stopped) await pause(wait);
    }
  }

  /** Asks for everything anew; false if there is no such account. */
  async #begin() {
    store.accounts.value = await allAccounts();
    if (this.#stopped) return false;
    if (this.#account === null) {
      const names = store.accounts.value.map((each) => each.name);
      store.choose({ account: names.includes("default") || !names.length ? "default" : names[0] }, settle);
      return false;
    }
    const positions = { question: OPEN_POSITIONS, values: { account: this.#account } };
    await takeSnapshot({
      more: [IN_THE_MARKET, positions],
      fetch: (found, _, { positions: page }) => (found ? this.#rest(page) : NOTHING_HELD),
      also: (found, { open, ended }, market) => {
        this.#from = found?.cursor ?? null;
        this.#show(market);
        store.positions.value = new Map(open.map((position) => [position.id, position]));
        store.sessions.value = ended;
        become("live");
        if (found) opened();
        else forget();
        store.revision.value += 1;
      },
    });
    return !this.#stopped && this.#from !== null;
  }

  async #rest(page) {
    return { open: await allPositions(page, this.#account), ended: await allSessions(this.#account) };
  }

  /** Listens and asks until either fails. */
  async #stay() {
    try {
      await Promise.race([this.#listen(), this.#beat()]);
    } finally {
      this.#end();
    }
  }

  /** Until a stream ends, for whatever reason. */
  #listen() {
    const stops = [];
    const ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#placed.clear();
      for (const { stream, query, field } of STREAMS) {
        this.#cursors[stream] ??= this.#from;
        const variables = { account: this.#account, after: this.#cursors[stream] };
        const next = (data) => this.#receive(stream, data[field]);
        const complete = () => reject(new DeskError("The server ended the stream.", "CONNECTION_LOST"));
        stops.push(subscribe(query, variables, { next, error: reject, complete }));
      }
    });
    return ended.finally(() => stops.forEach((stop) => stop()));
  }

  #receive(stream, event) {
    if (this.#stopped) return;
    this.#cursors[stream] = event.cursor;
    this.#collect({ stream, event });
  }

  #apply(entries) {
    if (this.#stopped) return;
    this.#changed = true;
    this.#earned ||= entries.some(({ stream }) => stream === "TRADE" || stream === "ACCOUNT");
    batch(() => {
      if (entries.some(({ event }) => event.kind === "UPDATED" && isNews(event.position))) heard();
      hear(entries);
      placePositions(entries.filter(({ stream }) => stream === "POSITION"), this.#placed);
    });
  }

  /** Keeps figures as fresh as events say, and looks now and then whether the market moves at all. */
  async #beat() {
    const round = this.#end;
    for (let beats = 1, took = 0; ; beats += 1) {
      await pause(Math.max(BEAT, took));
      if (this.#stopped || this.#end !== round) return;
      const begun = Date.now();
      if (this.#changed || beats % BEATS_AT_REST === 0) await this.#refresh();
      if (this.#earned || beats % BEATS_FOR_ACCOUNTS === 0) await this.#refreshLists();
      took = Date.now() - begun;
    }
  }

  /** At rest, and in an archive, nothing but the figures can have changed. */
  async #refresh() {
    const moves = this.#changed && !store.archived.value;
    this.#changed = false;
    let goesOn = true;
    await takeSnapshot({
      more: [IN_THE_MARKET],
      ...(moves ? {} : { parts: [] }),
      also: (_, __, market) => {
        goesOn = this.#show(market);
        if (moves) store.revision.value += 1;
      },
    });
    // A market that went back was retracted: no price that is known can be trusted.
    if (!goesOn && !this.#stopped) this.#end();
  }

  async #refreshLists() {
    const earned = this.#earned;
    this.#earned = false;
    store.accounts.value = await allAccounts();
    if (earned && !this.#stopped) store.sessions.value = await allSessions(this.#account);
  }

  /** False: the market went back. */
  #show({ clock: time, quotes }) {
    const told = new Map(quotes.map((each) => [each.symbol, Date.parse(each.time)]));
    const known = this.#quotes;
    if (known && (told.size !== known.size || quotes.some(({ symbol }) => told.get(symbol) !== known.get(symbol)))) heard();
    this.#quotes = told;
    learnPlaces(quotes);
    newestBar.value = told.size ? Math.max(...told.values()) : null;
    clock.value = time;
    return !known || [...known].every(([symbol, before]) => told.get(symbol) >= before);
  }

  #lose(error) {
    if (this.#stopped) return;
    if (error.code === "BAD_USER_INPUT") {
      // The cursors are of another database: what they led to is no part of this one.
      this.#cursors = {};
      forgetActivity();
    }
    if (error.code === "UNAUTHENTICATED") return;
    become("lost", LOST.has(error.code) ? null : error.message);
  }
}

/** A stream begins with marks that the snapshot has already: those are none. */
function isNews({ id, lastPriceTime }) {
  const known = store.positions.value.get(id);
  return !known || Date.parse(known.lastPriceTime) < Date.parse(lastPriceTime);
}

/**
 * Events replace a position's state, unless a later price of it is known already: after a return some come twice. What
 * comes after an event that was `placed` is newer, whatever its price's time: a later price was retracted.
 */
function placePositions(entries, placed) {
  if (!entries.length) return;
  const positions = new Map(store.positions.value);
  for (const { position } of entries.map(({ event }) => event)) {
    const { id, lastPriceTime } = position;
    const known = positions.get(id);
    if (!position.isOpen) positions.delete(id);
    else if (!known || placed.has(id) || Date.parse(known.lastPriceTime) <= Date.parse(lastPriceTime)) {
      positions.set(id, position);
      placed.add(id);
    }
  }
  store.positions.value = positions;
}
