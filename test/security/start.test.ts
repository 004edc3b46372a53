/**
 * What an origin says at its start when a setting of a backend is wrong: one line with the
 * setting's name, the host and what would be right, no secret, and the exit code 1. A stock that is
 * away does not keep it from starting: one line then, one when it serves again, and `/readyz` says
 * which backend it is and why.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTestDatabase, describeWithMariadb, type TestDatabase } from '../backends/mariadb.ts';
import { describeWithEtcd, type OwnEtcd, startOwnEtcd, until } from '../backends/own-etcd.ts';
import { describeWithOwnRedis, type OwnRedis, startOwnRedis } from '../backends/own-redis.ts';
import { freePort } from '../flow/shop.ts';
import { startPlanetscaleGateway } from '../gateways/planetscale.ts';
import { startUpstashGateway, type UpstashGateway } from '../gateways/upstash.ts';
import { startWatched, type Watched, whenUp } from './watched-origin.ts';

/** In every secret: what no line may show. */
const MARK = 'q7Zk4vXw';
const RIGHT = `right-${MARK}-password`;
const WRONG = `wrong-${MARK}-password`;
const key = Buffer.from(`a key ${MARK}`.padEnd(32, 'x')).toString('base64');

const folder = mkdtempSync(join(tmpdir(), 'sluice-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(variables: Record<string, string>): Promise<Watched> {
  return startWatched({
    ...{ LOG_LEVEL: 'warn', PASS_KEYS: `k1:${key}`, SANDBOX_SECRET: `whsec_${key}` },
    ...{ OPERATOR_TOKEN: `operator-${MARK}-${MARK}` },
    ...{ DATA_DIR: mkdtempSync(join(folder, 'data-')), ...variables },
  });
}

/** The one line that it printed before it ended. */
async function lineOf(variables: Record<string, string>): Promise<string> {
  const origin = await start(variables);
  expect(await origin.ended).toEqual([1, null]);
  const lines = origin.printed().trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain(MARK);
  return lines[0] ?? '';
}

/** What its log says of a setting. */
function toldOf(origin: Watched, setting: string): string[] {
  const lines = origin.printed().trimEnd().split('\n');
  return lines.filter((line) => line.includes(`"${setting}: `));
}

async function readiness(origin: Watched): Promise<string> {
  await origin.ask('/readyz');
  return origin.answered.at(-1) ?? '';
}

describe('embedded', () => {
  test('a file of another program, and a folder that is none', async () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'sluice.db'), 'the notes of another program\n'.repeat(200));
    const said = await lineOf({ DATA_DIR: other });
    expect(said).toMatch(/^sluice: DATA_DIR: .*sluice\.db: file is not a database; name a folder/);
    const below = await lineOf({ DATA_DIR: join(other, 'sluice.db', 'below') });
    expect(below).toMatch(/^sluice: DATA_DIR: .*ENOTDIR.*; name a folder that this user may/);
  });
});

describe('away', () => {
  test('the book, and the log, end the start', async () => {
    const port = await freePort();
    const book = await lineOf({ BOOK_URL: `mysql://a:${WRONG}@127.0.0.1:${port}/a` });
    expect(book).toMatch(
      /^sluice: BOOK_URL: .*ECONNREFUSED 127\.0\.0\.1:\d+; start it, or correct BOOK_URL$/,
    );
    const overHttp = await lineOf({ BOOK_URL: `http://a:${WRONG}@127.0.0.1:${port}` });
    expect(overHttp).toMatch(/^sluice: BOOK_URL: the book at 127\.0\.0\.1:\d+ cannot be reached/);
    const log = await lineOf({ LOG_URL: `kafka://127.0.0.1:${port}`, LOG_LEVEL: 'error' });
    expect(log).toMatch(/^sluice: LOG_URL: Kafka at 127\.0\.0\.1:\d+ does not answer: .*start it/);
  });
});

describeWithMariadb('a book', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  test('that refuses the password, that does not exist', async () => {
    const wrong = Object.assign(new URL(database.url), { password: WRONG });
    expect(await lineOf({ BOOK_URL: wrong.href })).toMatch(
      /^sluice: BOOK_URL: 127\.0\.0\.1:\d+ says: Access denied .*; correct the user and the pass/,
    );
    expect(await lineOf({ BOOK_URL: database.url.replace(/\/[^/]*$/, '/sluice_test_no') })).toMatch(
      /^sluice: BOOK_URL: .*(?:Unknown database|Access denied).*; /,
    );
  });

  test('without its tables, for a user who may not make them', async () => {
    // Everybody may look at this one, and nobody may make a table in it.
    const url = database.url.replace(/\/[^/]*$/, '/information_schema');
    expect(await lineOf({ BOOK_URL: url })).toMatch(
      /^sluice: BOOK_URL: 127.* says: Access denied .* to database .*; give its user/,
    );
  });

  test('on PlanetScale, with a wrong password and without its tables', async () => {
    const gateway = await startPlanetscaleGateway({ mariadb: database.url, password: RIGHT });
    onTestFinished(() => gateway.close());
    expect(await lineOf({ BOOK_URL: gateway.url.replace(RIGHT, WRONG) })).toMatch(
      /^sluice: BOOK_URL: the book at 127.* refuses the user or the password; correct the user/,
    );
    gateway.faults.schemaIsFrozen = true;
    expect(await lineOf({ BOOK_URL: gateway.url })).toMatch(
      /^sluice: BOOK_URL: .*deploy request only .* lacks migrations, 001-sales/,
    );
  });
});

describeWithOwnRedis('a stock', () => {
  let redis: OwnRedis;
  beforeAll(async () => {
    redis = await startOwnRedis();
  });
  afterAll(() => redis.remove());

  test('that is away is told once, and once when it serves again', async () => {
    await redis.end('SIGTERM');
    const origin = await start({
      ...{ STOCK_URL: redis.url, LEASE_URL: redis.url, LOG_LEVEL: 'info' },
    });
    await whenUp(origin);
    const setting = 'STOCK_URL, LEASE_URL';
    expect(toldOf(origin, setting)).toHaveLength(1);
    expect(await readiness(origin)).toMatch(/"stock":"redis at .* serve: connect ECONNREFUSED/);
    expect(await readiness(origin)).toMatch(/"lease":"redis at .* serve: connect ECONNREFUSED/);
    await redis.start();
    await until(() => toldOf(origin, setting).length === 2, 'the end of the outage');
    expect(toldOf(origin, setting)[1]).toContain('it serves again');
    await until(async () => (await readiness(origin)).includes('"ready"'), 'ready');
    const again = /the next one tries again|the connection broke|cannot be (?:known|read)/;
    expect(origin.printed()).not.toMatch(again);
  });

  test('that refuses the login ends the start', async () => {
    await redis.ask('CONFIG', 'SET', 'requirepass', RIGHT);
    const [without, wrong] = [redis.url, redis.url.replace('//', `//:${WRONG}@`)];
    expect(await lineOf({ STOCK_URL: without })).toMatch(
      /^sluice: STOCK_URL: redis at .* refuses the login: NOAUTH .*; correct the user and the pass/,
    );
    expect(await lineOf({ STOCK_URL: wrong, LEASE_URL: wrong })).toMatch(
      /^sluice: STOCK_URL, LEASE_URL: redis at .* refuses the login: WRONGPASS .*; correct the/,
    );
    expect(await lineOf({ LEASE_URL: wrong })).toMatch(/^sluice: LEASE_URL: redis at .* WRONGPASS/);
  });
});

describeWithOwnRedis('a stock over HTTP', () => {
  let redis: OwnRedis;
  let gateway: UpstashGateway;
  beforeAll(async () => {
    redis = await startOwnRedis();
    const { host, port } = redis;
    gateway = await startUpstashGateway({ redis: { host, port }, token: RIGHT });
  });
  afterAll(async () => {
    await gateway.close();
    await redis.remove();
  });

  test('that refuses its token ends the start', async () => {
    const { url } = gateway;
    const urls = { STOCK_URL: url, LEASE_URL: url, UPSTASH_REDIS_REST_TOKEN: WRONG };
    expect(await lineOf(urls)).toMatch(
      /^sluice: STOCK_URL, LEASE_URL: redis at 127.* refused UPSTASH_REDIS_REST_TOKEN: .*; correct/,
    );
  });

  test('whose token is another one later is named', async () => {
    const { url } = gateway;
    const urls = { STOCK_URL: url, LEASE_URL: url, UPSTASH_REDIS_REST_TOKEN: RIGHT };
    const origin = await start({ ...urls, ROLES: 'api,relay,sweep,reconcile' });
    await whenUp(origin);
    await gateway.close();
    const { host, port } = redis;
    const again = {
      redis: { host, port },
      token: `other-${MARK}`,
      port: Number(new URL(url).port),
    };
    gateway = await startUpstashGateway(again);
    const refused = /redis at .* refused UPSTASH_REDIS_REST_TOKEN/;
    const said = () => toldOf(origin, 'STOCK_URL, LEASE_URL').filter((line) => refused.test(line));
    await until(() => said().length > 0, 'a line that names the token');
    expect(await readiness(origin)).toMatch(
      /"stock":"redis at .* refused UPSTASH_REDIS_REST_TOKEN/,
    );
    expect(said()).toHaveLength(1);
    expect(origin.printed()).not.toContain(MARK);
  });
});

describeWithEtcd('leases', () => {
  let etcd: OwnEtcd;
  beforeAll(async () => {
    etcd = await startOwnEtcd();
  });
  afterAll(() => etcd.remove());

  async function change(path: string, body: object): Promise<void> {
    const url = `http://${etcd.endpoints[0]}/v3/auth/${path}`;
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
  }

  test('that refuse the login end the start', async () => {
    await change('user/add', { name: 'root', password: RIGHT });
    await change('role/add', { name: 'root' });
    await change('user/grant', { user: 'root', role: 'root' });
    await change('enable', {});
    const LEASE_URL = `etcd://${etcd.endpoints[0]}`;
    expect(await lineOf({ LEASE_URL, LEASE_USER: 'root', LEASE_PASSWORD: WRONG })).toMatch(
      /^sluice: LEASE_URL: etcd at 127.* refuses: .*; correct LEASE_USER and LEASE_PASSWORD/,
    );
    expect(await lineOf({ LEASE_URL })).toMatch(
      /^sluice: LEASE_URL: etcd at 127.* refuses: .*user name is empty; correct LEASE_USER/,
    );
  });

  test('that are away do not keep it from starting', async () => {
    const origin = await start({ LEASE_URL: `etcd://127.0.0.1:${await freePort()}` });
    await whenUp(origin);
    expect(await readiness(origin)).toMatch(
      /"lease":"etcd at 127.* does not serve: .*ECONNREFUSED/,
    );
    const lines = origin.printed().trimEnd().split('\n');
    expect(lines.filter((line) => line.includes('"LEASE_URL: '))).toHaveLength(1);
    expect(origin.printed()).not.toContain('the next one tries again');
  });
});
