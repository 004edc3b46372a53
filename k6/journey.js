/**
 * One buyer's way through a sale: look at it, click, ask for the order until it is settled. Runs in
 * k6's own JavaScript, not in Node; smoke.js and load.js give it its shape. What a buyer was
 * promised is printed, a line an order, so that it can be held against the book afterwards.
 */
import { sleep } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { check, lost, oversold, undocumented } from './lib/answers.js';
import { createBuyer } from './lib/buyer.js';
import { auditAtRest } from './lib/operator.js';
import { edgeUrl, saleId } from './lib/settings.js';

/** A page gives up sooner; a run on a busy machine may not. */
const PATIENCE_MS = 30_000;
/** Clicks of one buyer with one Idempotency-Key, when told to ask again. */
const MAX_CLICKS = 5;

/** Counters that nothing was added to would be missing from the summary. */
export function setup() {
  for (const counter of [oversold, lost, undocumented]) counter.add(0);
}

export default function journey() {
  const buyer = createBuyer(exec.scenario.iterationInTest);
  const sale = http.get(`${edgeUrl}/api/sales/${saleId}`, { tags: { name: 'look' } });
  check('look', sale);

  const order = click(buyer);
  if (order === undefined) return;
  const promised = order.state !== 'accepting';
  if (promised) console.log(JSON.stringify({ buyerId: buyer.id, ...order }));
  const settled = follow(buyer, order);
  if (promised && settled !== 'reserved') lost.add(1);
}

/** The order, or undefined when the answer is final and there is none. */
function click(buyer) {
  for (let clicks = 1; clicks <= MAX_CLICKS; clicks += 1) {
    const answer = http.post(`${edgeUrl}/api/sales/${saleId}/orders`, '{"quantity":1}', {
      headers: { ...buyer.headers, 'idempotency-key': buyer.key },
      tags: { name: 'click' },
    });
    check('click', answer);
    if (answer.status === 200 || answer.status === 202) return answer.json();
    const askAgain = answer.status === 0 || answer.status === 429 || answer.status === 503;
    if (!askAgain) return undefined;
    sleep(Math.min(2, Number(answer.headers['Retry-After'] ?? 1)) * (0.5 + Math.random() / 2));
  }
  return undefined;
}

/**
 * Polls with jitter, as the page does, until the order is settled; resolves with its last state.
 */
function follow(buyer, { orderId, state: first }) {
  let state = first;
  const startedAtMs = Date.now();
  while (
    ['accepting', 'queued', 'entered'].includes(state) &&
    Date.now() - startedAtMs < PATIENCE_MS
  ) {
    sleep(0.3 + Math.random() * 0.4);
    const answer = http.get(`${edgeUrl}/api/orders/${orderId}`, {
      headers: buyer.headers,
      tags: { name: 'poll' },
    });
    check('poll', answer);
    if (answer.status === 200) state = answer.json('state');
    if (answer.status === 404) return 'unknown';
  }
  return state;
}

export function teardown() {
  const { terms, proof } = auditAtRest();
  oversold.add(Math.max(0, proof.reservedUnits + proof.paidUnits - terms.units));
}
