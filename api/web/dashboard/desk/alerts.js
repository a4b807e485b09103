import { effect, signal } from "../kit/html.js";
import { news } from "./activity.js";

const KEY = "papertape:alerts";
const FILLS = new Set(["OPENED", "REDUCED", "CLOSED"]);
const SPOKEN_OF_ONE_BY_ONE = 3;
const TONE = { hertz: 880, seconds: 0.18, loudness: 0.08 };

/** What a fill sets off: {notify, sound}, each off until it is asked for. */
export const alerts = signal({ notify: false, sound: false, ...kept() });

let audio = null;

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    // Without storage, or with something else in it, they are off.
    return {};
  }
}

function change(changes) {
  alerts.value = { ...alerts.value, ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(alerts.value));
  } catch {
    // Without storage the choice lasts for as long as the page.
  }
}

/** False: the browser does not allow it. */
export async function chooseNotify(wanted) {
  const isAllowed = !wanted || ("Notification" in window && (await Notification.requestPermission()) === "granted");
  change({ notify: wanted && isAllowed });
  return isAllowed;
}

export function chooseSound(wanted) {
  change({ sound: wanted });
  if (wanted) beep();
}

function beep() {
  audio ??= new AudioContext();
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = TONE.hertz;
  volume.gain.value = TONE.loudness;
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + TONE.seconds);
}

/** Tells of fills as they come, for as long as the page is there; `inWords(entry)` is what is said of one. */
export function tellOfFills(inWords) {
  effect(() => {
    const fills = news.value.filter(({ stream, kind }) => stream === "POSITION" && FILLS.has(kind));
    if (!fills.length) return;
    const { notify, sound } = alerts.peek();
    if (sound) beep();
    if (!notify) return;
    const told = fills.length > SPOKEN_OF_ONE_BY_ONE ? [`${fills.length} fills`] : fills.map(inWords);
    for (const text of told) new Notification("Papertape", { body: text });
  });
}
