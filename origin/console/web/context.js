/** @import { Answer, Console, Trouble } from './types.ts' */
/**
 * What every view may use: the words, the questions to the origin and who is looking, and a hook
 * that asks once and again when told to. An answer that comes after its view has gone, or after a
 * later question, is dropped.
 */
import { createContext } from 'preact';
import { useCallback, useContext, useEffect, useRef, useState } from 'preact/hooks';

export const ConsoleContext = createContext(/** @type {Console | undefined} */ (undefined));

/** @returns {Console} */
export function useConsole() {
  const console = useContext(ConsoleContext);
  if (console === undefined) throw new Error('outside of the console');
  return console;
}

/**
 * @template Value
 * @param {string | undefined} path nothing is asked while it is undefined
 * @returns {{ value: Value | undefined, trouble: Trouble | undefined, isAsking: boolean,
 *   ask(): void, put(value: Value): void }}
 */
export function useAnswer(path) {
  const { api } = useConsole();
  const [state, setState] = useState(
    /** @type {{ path?: string, value?: Value, trouble?: Trouble, isAsking: boolean }} */ ({
      isAsking: path !== undefined,
    }),
  );
  const latest = useRef(0);
  const ask = useCallback(async () => {
    if (path === undefined) return;
    latest.current += 1;
    const mine = latest.current;
    setState((before) => ({ ...(before.path === path ? before : {}), path, isAsking: true }));
    const answer = /** @type {Answer<Value>} */ (await api.get(path));
    if (mine !== latest.current) return;
    if (answer.kind === 'answered') setState({ path, value: answer.value, isAsking: false });
    else setState((before) => ({ ...before, trouble: answer, isAsking: false }));
  }, [api, path]);
  useEffect(() => {
    void ask();
    return () => {
      latest.current += 1;
    };
  }, [ask]);
  const isMine = state.path === path;
  return {
    value: isMine ? state.value : undefined,
    trouble: isMine ? state.trouble : undefined,
    isAsking: isMine ? state.isAsking : path !== undefined,
    ask: () => void ask(),
    put: (value) => setState({ ...(path === undefined ? {} : { path }), value, isAsking: false }),
  };
}
