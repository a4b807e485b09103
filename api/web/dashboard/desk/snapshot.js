import { batch, useCallback, useEffect, useRef, useState } from "../kit/html.js";
import { ask, DeskError } from "./api.js";
import { FIGURES } from "./documents.js";
import { account, chosen, report } from "./store.js";
import { together } from "./together.js";

/** The parts of the page that are on screen, each {question, values, receive, fail, landed}. */
const onScreen = new Set();
const wanting = new Set();
const UNANSWERED_BY_THE_DESK = new Set(["CONNECTION_LOST", "UNREACHABLE", "NO_ANSWER", "UNAUTHENTICATED"]);

let asked = 0;
let landed = 0;

/**
 * Asks for the chosen account's figures, for `more` and for every part on screen at once, and shows all in one go, when
 * `also(account, fetched, ...answers to more)` is called; `fetch(account, ...answers to more)` gets what these lead on to
 * before. What the desk refuses of a part is that part's alone.
 */
export async function takeSnapshot({ more = [], parts = [...onScreen], fetch = async () => null, also = () => null }) {
  const about = chosen.value;
  const number = ++asked;
  const { figures, answers, given } = await askFor(about, more, parts);
  const fetched = await fetch(figures.account, ...answers);
  if (about.account !== chosen.value.account) return;
  batch(() => {
    if (number > landed) showFigures(figures, about, number);
    also(figures.account, fetched, ...answers);
    given.forEach((data, index) => place(parts[index], data, number));
  });
}

async function askFor(about, more, parts) {
  const needed = [{ question: FIGURES, values: about }, ...more];
  try {
    const [figures, ...rest] = await answersTo([...needed, ...parts]);
    return { figures, answers: rest.slice(0, more.length), given: rest.slice(more.length) };
  } catch (error) {
    if (!(error instanceof DeskError) || UNANSWERED_BY_THE_DESK.has(error.code) || !parts.length) throw error;
    const [figures, ...answers] = await answersTo(needed);
    parts.forEach(askAlone);
    return { figures, answers, given: [] };
  }
}

async function answersTo(questions) {
  const { query, variables, split } = together(questions);
  return split(await ask(query, variables));
}

function showFigures(figures, about, number) {
  landed = number;
  account.value = figures.account;
  if (about.session === chosen.value.session) report.value = figures.report;
}

function place(part, data, number) {
  if (!onScreen.has(part) || number < part.landed) return;
  part.landed = number;
  part.receive(data);
}

async function askAlone(part) {
  const number = ++asked;
  try {
    const [data] = await answersTo([part]);
    place(part, data, number);
  } catch (error) {
    if (!(error instanceof DeskError)) throw error;
    if (onScreen.has(part)) part.fail(error);
  }
}

/** Parts that come on screen together are asked for together. */
function want(part) {
  wanting.add(part);
  if (wanting.size === 1) queueMicrotask(askForWanting);
}

async function askForWanting() {
  const parts = [...wanting];
  wanting.clear();
  try {
    await takeSnapshot({ parts });
  } catch (error) {
    if (!(error instanceof DeskError)) throw error;
    parts.filter((part) => onScreen.has(part)).forEach((part) => part.fail(error));
  }
}

/**
 * {data, error, isCurrent, loading, again}: the answer to a question for as long as it is on screen, of the same snapshot
 * as the account's figures, and renewed with them. While a new one is on its way the old one stays, and so it does where
 * none comes. `isCurrent` says that the data answer these values, though perhaps of a moment ago.
 */
export function useSnapshot(question, values) {
  const [answer, setAnswer] = useState({ data: null, error: null, loading: true, of: null });
  const key = JSON.stringify(values);
  const current = useRef(null);
  useEffect(() => {
    const receive = (data) => setAnswer({ data, error: null, loading: false, of: key });
    const fail = (error) => setAnswer((old) => ({ ...old, error, loading: false }));
    const part = { question, values, receive, fail, landed: 0 };
    current.current = part;
    onScreen.add(part);
    setAnswer((old) => ({ ...old, loading: true }));
    want(part);
    return () => onScreen.delete(part);
  }, [key]);
  const again = useCallback(() => want(current.current), []);
  return { ...answer, isCurrent: answer.of === key, again };
}
