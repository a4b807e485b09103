import { ask, DeskError } from "../desk/api.js";
import { signal } from "../kit/html.js";
import { inLabels } from "../kit/labels.js";

const SHORTEST_WAIT = 500;
const LONGEST_WAIT = 5_000;
/** No answer, so that nobody knows whether it was done: the same command is sent again with its id, and happens once. */
const UNANSWERED = new Set(["UNREACHABLE", "NO_ANSWER", "UNAVAILABLE"]);
const AGAIN = "It is sent again with the same id until there is an answer, so that it happens once.";

/** What became of the newest command, in a sentence: {text, tone}; null: nothing to tell. */
export const outcome = signal(null);

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A random UUID; `crypto.randomUUID` is there only where the page came by TLS or from this machine. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * The payload of a command, {document, field, input}, whose input has an id: sent with that id until it is answered.
 * `onWaiting(sentence)` is told each time that no answer came.
 */
export async function answered({ document, field, input }, onWaiting) {
  for (let wait = SHORTEST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    try {
      return (await ask(document, { input }))[field];
    } catch (error) {
      if (!(error instanceof DeskError) || !UNANSWERED.has(error.code)) throw error;
      onWaiting(`${error.message} ${AGAIN}`);
    }
    await pause(wait);
  }
}

/** Sends a command and tells of it; a promise of its payload. `told(payload)` is the sentence if it was done. */
export async function carriedOut(command, told, onWaiting = () => {}) {
  const waiting = (text) => {
    outcome.value = { text, tone: "warn" };
    onWaiting(text);
  };
  const payload = await answered(command, waiting).catch(asRefusal);
  const [refusal] = payload.errors;
  outcome.value = refusal ? { text: `Refused: ${inLabels(refusal.message)}`, tone: "loss" } : { text: told(payload), tone: "gain" };
  return payload;
}

function asRefusal(error) {
  if (!(error instanceof DeskError)) throw error;
  return { errors: [{ message: error.message }] };
}
