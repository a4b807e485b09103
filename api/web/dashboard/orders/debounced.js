import { useEffect, useState } from "../kit/html.js";

const QUIET = 200;

/** A value as it is once it has stood still for a moment: not every key is worth a question. */
export function useDebounced(value) {
  const key = JSON.stringify(value);
  const [settled, setSettled] = useState({ key, value });
  useEffect(() => {
    const timer = setTimeout(() => setSettled({ key, value }), QUIET);
    return () => clearTimeout(timer);
  }, [key]);
  return { value: settled.value, isSettled: settled.key === key };
}
