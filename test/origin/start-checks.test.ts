/** What an error of a backend means at a start, and what a start makes of it. */
import { describe, expect, test } from 'vitest';
import { type Failure, failureOf, wordsOf } from '../../origin/backend-failures.ts';
import type { Config } from '../../origin/config.ts';
import { EtcdLoginError, EtcdUnavailableError } from '../../origin/lease/etcd-http.ts';
import { KafkaLoginError, KafkaUnreachableError } from '../../origin/log/kafka-client.ts';
import { createOutages, watched } from '../../origin/outages.ts';
import { RedisReplyError, redisFailure } from '../../origin/redis.ts';
import { checkStores, mustServe, type Store, settingsOf } from '../../origin/start-checks.ts';
import { levelOf } from '../../origin/told-errors.ts';
import { memoryLogger } from './fakes.ts';

const coded = (code: string) => Object.assign(new Error(code), { code });
const numbered = (errno: number) =>
  Object.assign(new Error('Access denied'), { errno, code: 'ER' });
const redis = (reason: string, cause?: unknown) => redisFailure('redis.test:6379', reason, cause);

test.each<[string, unknown, Failure | undefined]>([
  ['a wrong password', redis('WRONGPASS invalid'), 'login'],
  ['a password that is missing', redis('NOAUTH Authentication required.'), 'login'],
  ['a refused connection', redis('connect', coded('ECONNREFUSED')), 'away'],
  ['a Redis that loads its file', redis('LOADING Redis is loading'), 'away'],
  ['the name in a certificate', redis('x', coded('ERR_TLS_CERT_ALTNAME_INVALID')), 'tls'],
  ['a script that refused', new RedisReplyError('x'), undefined],
  ['a name that nobody knows', coded('ENOTFOUND'), 'away'],
  ['a user of etcd', new EtcdLoginError('etcd.test:2379', 'authentication failed'), 'login'],
  ['no etcd', new EtcdUnavailableError('x'), 'away'],
  ['no Kafka', new KafkaUnreachableError('x'), 'away'],
  ['a login of Kafka', new KafkaLoginError('x'), 'login'],
  ['a user of MySQL', numbered(1045), 'login'],
  ['a database that is not there', numbered(1049), 'database'],
  ['tables that may not be made', numbered(1142), 'right'],
  ['a database that may not be used', numbered(1044), 'right'],
  ['a deadlock', numbered(1213), undefined],
  ['a fault of the program', new TypeError('x is undefined'), undefined],
  ['what is no error', 'ECONNREFUSED', undefined],
])('%s', (_name, error, failure) => {
  expect(failureOf(error)).toBe(failure);
});

test('a chain of causes that is a circle ends', () => {
  const [one, other] = [new Error('one'), new Error('other')];
  one.cause = other;
  other.cause = one;
  expect(failureOf(one)).toBeUndefined();
  expect(levelOf(one)).toBe('warn');
});

test('the words of an error are one line, and never none', () => {
  expect(wordsOf(new Error('a\n  b'))).toBe('a b');
  expect(wordsOf(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }))).toBe(
    'ECONNREFUSED',
  );
});

const URLS = {
  STOCK_URL: 'redis://:hidden@redis.test:6379',
  LEASE_URL: 'redis://:hidden@redis.test:6379',
  BOOK_URL: 'mysql://a:hidden@book.test:3306/sluice',
  LOG_URL: 'kafka://kafka.test:9092',
} as Config;

describe('a start', () => {
  const fails = (error: unknown) => async () => {
    throw error;
  };
  const book = (error: unknown) => mustServe('BOOK_URL', URLS, fails(error));

  test('names the setting, the host and what would be right, and no secret', async () => {
    await expect(book(numbered(1045))).rejects.toThrow(
      'BOOK_URL: book.test:3306 says: Access denied; ' +
        'correct the user and the password in BOOK_URL=mysql://user:password@…',
    );
    await expect(book(coded('ECONNREFUSED'))).rejects.toThrow(/; start it, or correct BOOK_URL$/);
  });

  test('leaves a fault of the program as it is', async () => {
    const fault = new TypeError('x is undefined');
    await expect(book(fault)).rejects.toBe(fault);
  });

  function stores(ping: () => Promise<void>) {
    const { logger, lines } = memoryLogger();
    const outages = createOutages(logger, { nowMs: () => 0 });
    const outage = outages.of(settingsOf(URLS, URLS.STOCK_URL), URLS.STOCK_URL);
    let pings = 0;
    const port = watched(
      {
        ping() {
          pings += 1;
          return ping();
        },
      },
      outage,
    );
    const all = (['STOCK_URL', 'LEASE_URL'] as const).map(
      (setting): Store => ({ setting, outage, ping: port.ping }),
    );
    return { check: () => checkStores(URLS, all), outages, lines, pings: () => pings };
  }

  test('asks a store once, whatever settings name it, and ends when it refuses', async () => {
    const { check, lines, pings } = stores(fails(redis('WRONGPASS invalid')));
    await expect(check()).rejects.toThrow(
      /^STOCK_URL, LEASE_URL: redis at redis\.test:6379 refuses the login: WRONGPASS invalid; corr/,
    );
    expect(pings()).toBe(1);
    expect(lines, 'the line of the end is the only one').toEqual([]);
  });

  test('goes on without a store that is away, and says so once', async () => {
    const { check, outages, lines } = stores(fails(redis('connect', coded('ECONNREFUSED'))));
    expect([...(await check())]).toEqual(['STOCK_URL', 'LEASE_URL']);
    outages.tell();
    await check();
    expect(lines).toEqual([
      'warn STOCK_URL, LEASE_URL: redis at redis.test:6379 does not serve: connect',
    ]);
  });
});

describe('an outage', () => {
  function open() {
    let nowMs = 0;
    const { logger, lines } = memoryLogger();
    const outages = createOutages(logger, { nowMs: () => nowMs });
    const outage = outages.of('STOCK_URL', 'redis://s.test');
    outages.tell();
    const pass = (ms: number) => {
      nowMs += ms;
    };
    return { outage, lines, pass };
  }
  const away = () => new Error('at s.test: away', { cause: coded('ECONNREFUSED') });

  test('is told when it begins and when it is over, and to nobody else', () => {
    const { outage, lines } = open();
    const errors = [away(), away(), away()];
    for (const error of errors) outage.failed(error);
    outage.succeeded();
    outage.succeeded();
    expect(lines).toEqual(['warn STOCK_URL: at s.test: away', 'info STOCK_URL: it serves again']);
    expect(errors.map(levelOf)).toEqual(['debug', 'debug', 'debug']);
    expect(levelOf(new Error('outer', { cause: errors[0] }))).toBe('debug');
    expect(levelOf(away())).toBe('warn');
  });

  test('that comes and goes is told once in ten seconds', () => {
    const { outage, lines, pass } = open();
    for (let round = 0; round < 25; round += 1, pass(1_000)) {
      outage.failed(away());
      outage.succeeded();
    }
    expect(lines.filter((line) => line.startsWith('warn'))).toHaveLength(3);
  });

  test('that turns into a refusal is told again, once', () => {
    const { outage, lines } = open();
    outage.failed(away());
    outage.failed(new Error('at s.test: no', { cause: coded('redis-refused') }));
    outage.failed(away());
    outage.failed(new Error('at s.test: no', { cause: coded('redis-refused') }));
    expect(lines).toEqual(['warn STOCK_URL: at s.test: away', 'warn STOCK_URL: at s.test: no']);
  });
});
