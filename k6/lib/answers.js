/**
 * The answers that the contract documents, and the three counters that must stay at zero. Runs in
 * k6, not in Node.
 */
import { Counter } from 'k6/metrics';

/** Units sold beyond the stock, by the book. */
export const oversold = new Counter('oversold');
/** Orders that were promised and not settled as reserved. */
export const lost = new Counter('lost');
/** Answers that no client was told to expect; a connection that broke is none. */
export const undocumented = new Counter('undocumented');

const answered = new Counter('answers');

const DOCUMENTED = {
  look: ['200', '503 overloaded'],
  click: [
    '200',
    '202',
    '403 not-open',
    '409 sold-out',
    '410 ended',
    '429 not-drawn',
    '429 too-fast',
    '503 recovering',
    '503 overloaded',
  ],
  poll: ['200', '429 too-fast', '503 overloaded'],
};

/** Counts the answer to one step of the journey, and cries out when it is not documented. */
export function check(step, response) {
  const answer = nameOf(response);
  answered.add(1, { step, answer });
  if (answer === 'no answer' || DOCUMENTED[step].includes(answer)) return;
  undocumented.add(1, { step, answer });
  console.error(`${step} was answered ${answer}: ${response.body}`);
}

/** `202`, `409 sold-out`, …, or `no answer`. */
function nameOf(response) {
  if (response.status === 0) return 'no answer';
  if (response.status < 300) return String(response.status);
  const type = /"type":"\/problems\/([a-z-]+)"/.exec(response.body)?.[1];
  return `${response.status} ${type ?? 'without a type'}`;
}
