import { useCallback, useEffect, useRef, useState } from "../kit/html.js";
import { ask } from "./api.js";
import { revision } from "./store.js";

/**
 * {data, error, isCurrent, loading, again}: the answer to a query, asked again when its variables change or anything of the account did. While a new answer is
 * on its way the old one stays, and so it does where none comes; an answer that comes after that to a later question
 * is dropped. `isCurrent` says that the data answer this question, though perhaps of a moment ago.
 * Without a document nothing is asked.
 */
export function useAnswer(document, variables) {
  const [answer, setAnswer] = useState({ data: null, error: null, loading: true, of: null });
  const key = JSON.stringify([document, variables]);
  const current = useRef({ asked: 0, landed: 0 });
  const again = useCallback(async () => {
    if (document === null) return;
    const number = ++current.current.asked;
    setAnswer((old) => ({ ...old, loading: true }));
    const found = await ask(document, variables).then(
      (data) => ({ data, error: null, of: key }),
      (error) => ({ error }),
    );
    if (current.current.key !== key || number < current.current.landed) return;
    current.current.landed = number;
    setAnswer((old) => ({ ...old, ...found, loading: number < current.current.asked }));
  }, [key]);
  useEffect(() => {
    current.current.key = key;
    again();
  }, [again, revision.value]);
  useEffect(() => () => (current.current.key = null), []);
  return { ...answer, isCurrent: answer.of === key, again };
}
