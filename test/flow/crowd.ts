/**
 * A crowd of buyers at the edge (or, with passes, at the origin itself): each clicks up to three
 * times with one Idempotency-Key, as people and retries do. Everything the crowd was told is kept,
 * so that it can be held against the book afterwards.
 */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { orderViewSchema } from '../../contract/order.ts';
import { createPassKeeper, PASS_HEADER, parsePassKeys } from '../../contract/pass.ts';
import { problemName, problemSchema } from '../../contract/problem.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { pause } from '../../origin/timer.ts';
import type { Told } from '../faults/history.ts';

export interface CrowdOptions {
  buyers: number;
  /** Clicks of one buyer, all with the same key. */
  clicks: number;
  /** Requests under way at a time. */
  parallel: number;
  click: Click;
}

export type Click = (buyerId: string, idempotencyKey: string) => Promise<Response>;

export async function runCrowd({ buyers, clicks, parallel, click }: CrowdOptions): Promise<Told[]> {
  const queue = Array.from({ length: buyers }, (_, index) => ({
    buyerId: `buyer-${index}`,
    idempotencyKey: randomUUID(),
  })).flatMap((buyer) => Array<typeof buyer>(clicks).fill(buyer));
  shuffle(queue);
  const history: Told[] = [];
  const worker = async () => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      history.push(await tell(next.buyerId, () => click(next.buyerId, next.idempotencyKey)));
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return history;
}

/** Clicks until the answer is not one of "ask again", as a page does; keeps every answer. */
export async function clickUntilAnswered(
  click: Click,
  buyerId: string,
  history: Told[],
  patienceMs = 40_000,
): Promise<Told> {
  const idempotencyKey = randomUUID();
  for (let waitedMs = 0; ; waitedMs += 100) {
    const told = await tell(buyerId, () => click(buyerId, idempotencyKey));
    history.push(told);
    const again = told.answer === 'no answer' || /^(429|503)/.test(told.answer);
    if (!again && told.state !== 'accepting') return told;
    if (waitedMs > patienceMs) return told;
    await pause(100);
  }
}

async function tell(buyerId: string, send: () => Promise<Response>): Promise<Told> {
  const response = await send().catch(() => undefined);
  if (response === undefined) {
    return { buyerId, answer: 'no answer', orderId: undefined, state: undefined };
  }
  const body: unknown = await response.json();
  if (response.ok) {
    const { orderId, state } = orderViewSchema.parse(body);
    return { buyerId, answer: String(response.status), orderId, state };
  }
  const name = problemName(problemSchema.parse(body).type);
  return { buyerId, answer: `${response.status} ${name}`, orderId: undefined, state: undefined };
}

/** Clicks through the edge, each buyer with the shop's token. */
export function edgeClick(edgeUrl: string, saleId: string, jwtSecret: string): Click {
  const key = new TextEncoder().encode(jwtSecret);
  return async (buyerId, idempotencyKey) => {
    const token = await new SignJWT({ sub: buyerId })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(key);
    return fetch(`${edgeUrl}/api/sales/${saleId}/orders`, {
      method: 'POST',
      headers: { ...jsonHeaders(idempotencyKey), authorization: `Bearer ${token}` },
      body: '{"quantity":1}',
    });
  };
}

/** The same with headers that a pass does not cover. */
export type OriginClick = (
  buyerId: string,
  idempotencyKey: string,
  more?: Record<string, string>,
) => Promise<Response>;

/** Clicks at the origin with a pass, as the edge would forward them. */
export function originClick(originUrl: string, saleId: string, passKeys: string): OriginClick {
  const passes = createPassKeeper(nodeHashing, parsePassKeys(passKeys));
  const path = `/api/sales/${saleId}/orders`;
  const body = '{"quantity":1}';
  return (buyerId, idempotencyKey, more = {}) => {
    const claims = { timeMs: Date.now(), method: 'POST', path, body, buyerId, idempotencyKey };
    const pass = { [PASS_HEADER]: passes.sign(claims) };
    const headers = { ...jsonHeaders(idempotencyKey), ...pass, ...more };
    return fetch(`${originUrl}${path}`, { method: 'POST', headers, body });
  };
}

function jsonHeaders(idempotencyKey: string) {
  return { 'content-type': 'application/json', 'idempotency-key': idempotencyKey };
}

function shuffle(items: unknown[]): void {
  for (let index = items.length - 1; index > 0; index -= 1) {
    const other = Math.floor(Math.random() * (index + 1));
    [items[index], items[other]] = [items[other], items[index]];
  }
}
