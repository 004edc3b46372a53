// @ts-check
/** @import { QuietAction, Screen, Words } from './types.ts' */
/**
 * The quiet button below the big one, which gives something up: the order, or a place in line. It
 * asks first, in its own place, by keyboard as by touch; the focus goes where the buttons go.
 */
import { element, write } from './view.js';

/** @param {{ act(action: QuietAction): void, draw(): void }} parts */
export function createQuiet({ act, draw }) {
  /** @type {QuietAction | undefined} */
  let shown;
  let isAsking = false;

  /** @param {boolean} asking */
  const ask = (asking) => {
    isAsking = asking;
    draw();
  };
  element('quiet').addEventListener('click', () => ask(true));
  element('no').addEventListener('click', () => ask(false));
  element('sure').addEventListener('keydown', ({ key }) => key === 'Escape' && ask(false));
  element('yes').addEventListener('click', () => {
    isAsking = false;
    if (shown !== undefined) act(shown);
  });

  /** @param {Screen} screen @param {Words} words */
  return function showQuiet({ quiet }, words) {
    if (quiet !== shown) isAsking = false;
    shown = quiet;
    if (quiet !== undefined) {
      write('quiet', words.label(quiet));
      write('question', words.label(`${quiet}-sure`));
      write('no', words.label('keep'));
      write('yes', words.label(`${quiet}-yes`));
    }
    const hadFocus = element('second').contains(document.activeElement);
    const wasAsking = !element('sure').hidden;
    const hadQuiet = !element('quiet').hidden;
    element('quiet').hidden = quiet === undefined || isAsking;
    element('sure').hidden = !isAsking;
    const isChanged = wasAsking !== isAsking || hadQuiet === element('quiet').hidden;
    // A button that goes away must not take the focus with it.
    if (hadFocus && isChanged) {
      element(isAsking ? 'no' : quiet === undefined ? 'order' : 'quiet').focus();
    }
  };
}
