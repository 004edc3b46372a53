/** `LOG_URL=direct`: taken, and what contradicts it is refused in one line. */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../origin/config.ts';
import { refusalOf } from './config.refusal.ts';

const LEAST = {
  PASS_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  OPERATOR_TOKEN: 'a-token-for-operators',
  SANDBOX_SECRET: `whsec_${Buffer.alloc(32, 3).toString('base64')}`,
  LOG_URL: 'direct',
};

describe('LOG_URL=direct', () => {
  test('is taken with each kind of book, all roles, and a draw while the store is away', () => {
    for (const BOOK_URL of ['sqlite:', 'mysql://sluice:secret@book.example/sluice']) {
      const config = parseConfig({ ...LEAST, BOOK_URL, ON_STOCK_OUTAGE: 'draw', ROLES: 'settle' });
      expect(config).toMatchObject({ LOG_URL: 'direct', BOOK_URL, ACCEPT_AFTER: 'log' });
    }
  });

  test('and nothing that only begins like it', () => {
    for (const LOG_URL of ['direct:', 'direct://book', 'Direct', ''])
      expect(refusalOf({ ...LEAST, LOG_URL })).toMatch(
        /^LOG_URL: must be direct, or begin with one of sqlite: kafka:\/\/; for example LOG_URL=/,
      );
  });

  test('contradicts an answer before the book has the order', () => {
    expect(refusalOf({ ...LEAST, ACCEPT_AFTER: 'outbox' })).toBe(
      "ACCEPT_AFTER: must be log while LOG_URL is direct, where the answer is the book's; " +
        'for example ACCEPT_AFTER=log',
    );
    expect(parseConfig({ ...LEAST, ACCEPT_AFTER: 'log' }).ACCEPT_AFTER).toBe('log');
    const other = { ...LEAST, LOG_URL: 'sqlite:', ACCEPT_AFTER: 'outbox' };
    expect(parseConfig(other).ACCEPT_AFTER).toBe('outbox');
  });
});
