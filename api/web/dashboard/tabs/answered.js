import { html } from "../kit/html.js";
import { Empty, Failed, Loading } from "../kit/states.js";

/** What an answer shows: it is loading, it failed, there is nothing, or `children(data)`; what failed to be renewed stays. */
export function Answered({ answer, isEmpty = () => false, empty, children }) {
  const { data, error, isCurrent, again } = answer;
  if (error && !isCurrent) return html`<${Failed} error=${error} retry=${again} />`;
  if (!data) return html`<${Loading} />`;
  return isEmpty(data) ? html`<${Empty} title=${empty.title}>${empty.text}<//>` : children(data);
}
