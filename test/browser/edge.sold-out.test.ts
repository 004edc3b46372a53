/**
 * Selling out and reopening over HTTP, with the real edge and a crowd that does not stop: seen
 * within a second and what the answer takes, and the origin is asked once a second then. How slow
 * the machine is meanwhile is measured by the crowd's own clicks.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../contract/clock.ts';
import { type EdgeStage, openEdgeStage } from './edge.stage.ts';

const CLICK_EVERY_MS = 25;
/** The copy's second, and some for the answers; what a slow machine needs is measured. */
const SEEN_WITHIN_MS = 1_000 + 500;
/** Of two questions that leave a second apart, besides what is measured. */
const WAY_VARIES_MS = 150;

let stage: EdgeStage;
let isClicking = true;
const clicks: { askedAtMs: number; atMs: number; status: number }[] = [];

beforeAll(async () => {
  stage = await openEdgeStage();
  void crowd();
});
afterAll(async () => {
  isClicking = false;
  await sleep(200);
  await stage.close();
});

async function crowd() {
  for (; isClicking; await sleep(CLICK_EVERY_MS)) void click();
}

/** Each by another guest, as in a crowd. */
async function click() {
  const headers = { 'idempotency-key': 'click-0001', 'content-type': 'application/json' };
  const request = { method: 'POST', headers, body: '{"quantity":1}' };
  const askedAtMs = systemClock.nowMs();
  const answer = await fetch(`${stage.url}/api/sales/demo/orders`, request).catch(() => undefined);
  if (answer) clicks.push({ askedAtMs, atMs: systemClock.nowMs(), status: answer.status });
}

async function firstAfter(status: number, sinceMs: number): Promise<number> {
  const seen = () => clicks.find((one) => one.atMs >= sinceMs && one.status === status);
  await expect.poll(seen, { timeout: 20_000, interval: 20 }).toBeDefined();
  return (seen()?.atMs ?? 0) - sinceMs;
}

/** What the slowest click since then took, after the longest time without one. */
function slowestMs(sinceMs: number): number {
  const later = clicks.filter(({ askedAtMs }) => askedAtMs >= sinceMs);
  const askedAtMs = [sinceMs, ...later.map((click) => click.askedAtMs)].sort((a, b) => a - b);
  const gaps = askedAtMs.slice(1).map((atMs, index) => atMs - (askedAtMs[index] ?? atMs));
  const answers = later.map((click) => click.atMs - click.askedAtMs);
  return Math.max(0, ...answers) + Math.max(0, ...gaps);
}

/** How long the origin was left alone each time. */
function pauses(sinceMs: number): number[] {
  const times = stage.asked.map(({ atMs }) => atMs).filter((atMs) => atMs >= sinceMs);
  return times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
}

it('sells out: the crowd is told, and the origin has its peace', async () => {
  await firstAfter(202, 0);
  stage.sale = { soldOut: true, remaining: 0 };
  const soldOutAtMs = systemClock.nowMs();
  const toldAfterMs = await firstAfter(409, soldOutAtMs);
  expect(toldAfterMs).toBeLessThanOrEqual(SEEN_WITHIN_MS + slowestMs(soldOutAtMs));
  await sleep(SEEN_WITHIN_MS);
  const quietFromMs = systemClock.nowMs();
  await sleep(5_000);
  const told = clicks.filter(({ askedAtMs }) => askedAtMs > quietFromMs);
  expect(told.length).toBeGreaterThan(20);
  expect(new Set(told.map(({ status }) => status))).toEqual(new Set([409]));
  const counted = pauses(quietFromMs);
  expect(counted.length).toBeGreaterThan(0);
  // One process is one isolate: its questions leave it a second apart, and arrive so but for what
  // the way there adds to one and not to the next.
  const variesMs = WAY_VARIES_MS + slowestMs(quietFromMs - 1_000);
  expect(Math.min(...counted)).toBeGreaterThan(1_000 - variesMs);
  const askedSeconds = counted.reduce((sum, pauseMs) => sum + pauseMs, 0) / 1_000;
  expect(counted.length).toBeLessThanOrEqual(askedSeconds + variesMs / 1_000);
});

it('reopens: the next click within a second buys', async () => {
  stage.sale = { remaining: 3 };
  const reopenedAtMs = systemClock.nowMs();
  const boughtAfterMs = await firstAfter(202, reopenedAtMs);
  expect(boughtAfterMs).toBeLessThanOrEqual(SEEN_WITHIN_MS + slowestMs(reopenedAtMs));
});
