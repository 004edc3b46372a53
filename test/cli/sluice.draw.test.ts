/** `sluice draw …` as an operator and as anybody calls it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawNumber } from '../../contract/draw.ts';
import { type DrawProof, drawProofSchema } from '../../contract/draw-proof.ts';
import { drawProofOf, drawSeed } from '../../origin/draw/proof.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import { saleOf } from '../origin/fakes.ts';
import { createSluice, edgeOf, type Sluice } from './run-sluice.ts';

let shop: Shop;
let sluice: Sluice;
/** What the shop's address answers to whoever asks for a proof. */
let published: unknown;
let server: Server;
let url: string;
beforeAll(async () => {
  shop = await openShop('embedded');
  await shop.startOrigin();
  sluice = createSluice(shop);
  server = createServer((request, response) => {
    const isThere = request.url === '/api/sales/phone/draw';
    response.writeHead(isThere ? 200 : 404).end(JSON.stringify(published));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await shop.close();
});

const OVER = saleOf({
  seed: 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc',
  beacon: { value: 'drand 5081723', atMs: 1 },
  opensAtMs: 1_000_000,
  closesAtMs: 3_000_000,
  shareSteps: [
    { atMs: 0, share: 0.2 },
    { atMs: 2_000_000, share: 0.5 },
  ],
});
const PROOF = drawProofOf(OVER, Number.MAX_SAFE_INTEGER / 10_000);
const numberOf = (buyerId: string) => drawNumber(nodeHashing.keyedHash(drawSeed(OVER)), buyerId);

function buyerBetween(from: number, to: number): string {
  for (let index = 0; ; index += 1) {
    const number = numberOf(`b${index}`);
    if (number >= from && number < to) return `b${index}`;
  }
}

describe('an operator', () => {
  test('shows, seals and widens a draw, and everybody sees it', async () => {
    const create = ['--id', 'drawn', '--title', 'Phone', '--units', '2', '--price', '0'];
    const times = ['--opens-in', '1h', '--closes-in', '2h', '--share', '0.1'];
    await sluice.lines(['sale', 'create', ...create, ...times]);
    const proofs = async (...args: string[]) =>
      drawProofSchema.strict().parse((await sluice.objects(['draw', ...args]))[0]);
    const { seedHash } = await proofs('show', 'drawn');
    expect(seedHash).toHaveLength(43);

    const sealed = await proofs('beacon', 'drawn', 'drand 5081723');
    expect(sealed).toMatchObject({ seedHash, beacon: { value: 'drand 5081723' } });
    const at = new Date(Date.parse(sealed.opensAt) + 60_000).toISOString();
    const widened = await proofs('widen', 'drawn', '--share', '0.3', '--at', at);
    expect(widened.shareSteps).toEqual([
      { at: '1970-01-01T00:00:00.000Z', share: 0.1 },
      { at, share: 0.3 },
    ]);
    const told = await edgeOf(shop, 'drawn').send({
      ...{ method: 'GET', path: '/api/sales/drawn/draw', buyerId: '' },
    });
    const { now: _, ...rest } = widened;
    expect(told.body).toMatchObject(rest);
    expect(told.body).not.toHaveProperty('seed');

    const narrower = await sluice.run(['draw', 'widen', 'drawn', '--share', '0.2', '--at', at]);
    expect(narrower).toMatchObject({ exitCode: 1, output: '' });
    expect(narrower.errors).toEqual([expect.stringContaining('never narrows')]);
    const again = await sluice.run(['draw', 'beacon', 'drawn', 'another']);
    expect(again).toMatchObject({ exitCode: 1, output: '' });
    const [line] = await sluice.lines(['draw', 'show', 'drawn']);
    expect(line).toMatch(/^drawn {2}hash \S{43} {2}beacon drand 5081723 {2}share 0.1 from /);
    // The sale is made again with the same command.
    await sluice.lines(['sale', 'create', ...create, ...times]);
  });

  test('is told what no share, no time and no buyer is', async () => {
    for (const args of [
      ['widen', 'phone', '--share', 'half'],
      ['widen', 'phone', '--share', '1', '--at', '2026-11-11T00:00:00'],
      ['verify', 'phone', '--buyer', 'a b'],
    ]) {
      expect((await sluice.run(['draw', ...args])).exitCode, args.join(' ')).toBe(2);
    }
  });
});

describe('verify', () => {
  /** Without any token: it is for everybody. */
  async function verify(proof: unknown, ...args: string[]) {
    published = proof;
    const anybody = { OPERATOR_TOKEN: undefined, DATA_DIR: undefined, ORIGIN_URL: undefined };
    const ended = await sluice.run(['draw', 'verify', 'phone', '--url', url, ...args], anybody);
    return { ...ended, lines: ended.output.trim().split('\n') };
  }

  test('says that a proof holds, and a buyer’s verdict, by the exit code too', async () => {
    const whole = await verify(PROOF, '--commitment', PROOF.seedHash);
    expect(whole).toMatchObject({ exitCode: 0, errors: [] });
    expect(whole.lines).toEqual([`the seed fits the commitment, ${PROOF.seedHash}`]);

    const later = buyerBetween(0.2, 0.5);
    const drawn = await verify(PROOF, '--buyer', later, '--json');
    expect(drawn.exitCode).toBe(0);
    expect(JSON.parse(drawn.output)).toMatchObject({
      ...{ proof: 'holds', buyer: later, number: numberOf(later), drawn: true },
      drawnFrom: new Date(2_000_000).toISOString(),
    });
    const early = new Date(1_999_999).toISOString();
    const before = await verify(PROOF, '--buyer', later, '--at', early);
    expect(before.exitCode).toBe(3);
    expect(before.lines[1]).toContain(`number ${numberOf(later)}  not drawn by ${early}`);
    const never = await verify(PROOF, '--buyer', buyerBetween(0.5, 1));
    expect(never.exitCode).toBe(3);
    expect(never.lines[1]).toContain('no share was wide enough');
  });

  test.each<[string, DrawProof, string[], string]>([
    ['before the end', drawProofOf(OVER, 2_500_000), [], 'is published at'],
    ['of another seed', { ...PROOF, seed: 'A'.repeat(43) }, [], 'does not hold'],
    ['against another commitment', PROOF, ['--commitment', 'x'], 'the seed is not that of x'],
  ])('%s ends with 1', async (_, proof, args, text) => {
    const ended = await verify(proof, ...args, '--buyer', 'b1');
    expect(ended.exitCode).toBe(1);
    expect(ended.output).toContain(text);
  });

  test('without a shop, a sale or a proof says so', async () => {
    const nobody = await sluice.run(['draw', 'verify', 'phone', '--url', 'http://127.0.0.1:9']);
    expect(nobody.errors).toEqual([expect.stringContaining('no shop answers')]);
    const unknown = await sluice.run(['draw', 'verify', 'other', '--url', url]);
    expect(unknown.errors).toEqual([expect.stringContaining('has no sale other')]);
    expect(await verify({ hello: 1 })).toMatchObject({ exitCode: 1, output: '' });
  });
});
