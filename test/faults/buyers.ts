/**
 * Buyers of a sale that goes through a fault: they come one after another over a while, click until
 * they are told something that lasts, and then follow their order until it is settled, each time at
 * another API process, as a load balancer would send them. All that they are told is kept.
 */
import { createOperatorClient } from '../../cli/operator-client.ts';
import { createOrderIdMaker } from '../../contract/ids.ts';
import { operatorSaleSchema } from '../../contract/operator.ts';
import {
  createPassKeeper,
  PASS_HEADER,
  type PassClaims,
  parsePassKeys,
} from '../../contract/pass.ts';
import { problemName } from '../../contract/problem.ts';
import type { NewSale } from '../../contract/sale.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { pause } from '../../origin/timer.ts';
import { openSale } from '../flow/sale.ts';
import type { Shop } from '../flow/shop.ts';
import { untilThere } from '../life/act.ts';
import type { Told } from './history.ts';

export interface CrowdOptions {
  shop: Shop;
  /** The API processes; may change while the crowd is there. */
  urls: readonly string[];
  saleId: string;
  buyers: number;
  /** The number of the first one; 0 unless others came before. */
  from?: number;
  /** From the first buyer's coming to the last one's. */
  overMs: number;
  /** How long a buyer goes on asking; longer than the fault. */
  patienceMs?: number;
  /** Told of an order that the log has, a buyer asks until it is settled, unless this is false. */
  follow?: boolean;
}

export interface Crowd {
  /** Grows while the crowd is there. */
  history: Told[];
  /** Until everybody has gone. */
  gone: Promise<void>;
}

/** The edge waits no longer either. */
const ANSWER_LIMIT_MS = 5_000;
const ASK_AGAIN_MS = 200;
const PATIENCE_MS = 25_000;
const MAY_PASS = /^(no answer|no connection|cut off|429|503)/;

export function sendCrowd(options: CrowdOptions): Crowd {
  const { saleId, buyers, overMs, from = 0 } = options;
  const history: Told[] = [];
  const ask = createAsking(options, history);
  const comings = Array.from({ length: buyers }, async (_, index) => {
    await pause((overMs * index) / buyers);
    await buy(`${saleId}-buyer-${from + index}`);
  });

  async function buy(buyerId: string): Promise<void> {
    const untilMs = performance.now() + (options.patienceMs ?? PATIENCE_MS);
    const told = await until(untilMs, () => ask.click(buyerId, `click-of-${buyerId}`), isLasting);
    if (told.orderId === undefined || options.follow === false) return;
    const { orderId } = told;
    await until(untilMs, () => ask.order(buyerId, orderId), isSettled);
  }

  return { history, gone: Promise.all(comings).then(() => {}) };
}

/** One answer of the last one, however it was. */
async function until(untilMs: number, ask: () => Promise<Told>, isEnough: (told: Told) => boolean) {
  for (;;) {
    const told = await ask();
    if (isEnough(told) || performance.now() > untilMs) return told;
    await pause(ASK_AGAIN_MS);
  }
}

const isLasting = (told: Told) => !MAY_PASS.test(told.answer) && told.state !== 'accepting';
const isSettled = (told: Told) =>
  isLasting(told) && told.state !== 'queued' && told.state !== 'entered';

/** Asks once, and keeps what it was told. */
export function createAsking(
  { shop, urls, saleId }: Pick<CrowdOptions, 'shop' | 'urls' | 'saleId'>,
  history: Told[],
) {
  const passes = createPassKeeper(nodeHashing, parsePassKeys(shop.environment.PASS_KEYS ?? ''));
  const orderIdOf = createOrderIdMaker(nodeHashing, saleId);
  let turn = 0;

  async function ask(request: Omit<PassClaims, 'timeMs'>, aboutOrderId: string): Promise<Told> {
    const { method, path, body, buyerId, idempotencyKey } = request;
    const askedAtMs = performance.now();
    turn += 1;
    const headers = {
      'content-type': 'application/json',
      ...(idempotencyKey === '' ? {} : { 'idempotency-key': idempotencyKey }),
      [PASS_HEADER]: passes.sign({ ...request, timeMs: Date.now() }),
    };
    const answer = await fetch(`${urls[turn % urls.length]}${path}`, {
      ...{ method, headers },
      ...(body === '' ? {} : { body }),
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    })
      .then(readAnswer)
      .catch(noAnswer);
    const told = { buyerId, aboutOrderId, askedAtMs, toldAtMs: performance.now(), ...answer };
    history.push(told);
    return told;
  }

  return {
    click: (buyerId: string, idempotencyKey: string) =>
      ask(
        {
          ...{ method: 'POST', path: `/api/sales/${saleId}/orders`, buyerId, idempotencyKey },
          body: '{"quantity":1}',
        },
        orderIdOf(buyerId, idempotencyKey),
      ),
    order: (buyerId: string, orderId: string) =>
      ask(
        { method: 'GET', path: `/api/orders/${orderId}`, buyerId, idempotencyKey: '', body: '' },
        orderId,
      ),
    /** As the edge asks for itself. */
    view: () =>
      ask(
        { method: 'GET', path: `/edge/sales/${saleId}`, buyerId: '', idempotencyKey: '', body: '' },
        '',
      ),
  };
}

type Answer = Pick<Told, 'answer' | 'orderId' | 'state'> & { saysWhen?: boolean };

function noAnswer(error: Error & { cause?: { code?: string } }): Answer {
  const refused = error.cause?.code === 'ECONNREFUSED';
  const broken = error.name === 'TimeoutError' ? 'no answer' : 'cut off';
  return { answer: refused ? 'no connection' : broken, orderId: undefined, state: undefined };
}

async function readAnswer(response: Response): Promise<Answer> {
  const body = (await response.json()) as Record<string, string>;
  if (response.ok) {
    return { answer: String(response.status), orderId: body.orderId, state: body.state };
  }
  const answer = `${response.status} ${problemName(body.type ?? '')}`;
  const saysWhen = !/^(429|503)/.test(answer) || response.headers.has('retry-after');
  return { answer, orderId: undefined, state: undefined, saysWhen };
}

/** How often each answer was given, for a failing test to show. */
export function tally(history: readonly Told[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { answer, state = '' } of history) {
    const name = `${answer} ${state}`.trim();
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/**
 * A sale that every API process has heard of, with its stock: a process that looked while it was
 * being made answers `recovering` until its next look, unless an operator asks it.
 */
export async function openKnownSale(
  shop: Shop,
  urls: readonly string[],
  terms: Partial<NewSale> & { saleId: string },
): Promise<void> {
  await openSale(shop, terms);
  const { OPERATOR_TOKEN = '' } = shop.environment;
  for (const url of urls) {
    const operator = createOperatorClient(url, OPERATOR_TOKEN);
    await untilThere(async () => {
      const seen = await operator.get(`/operator/sales/${terms.saleId}`, operatorSaleSchema);
      return seen.loaded || undefined;
    });
  }
}
