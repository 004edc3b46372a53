/**
 * What is kept from one request to the next in memory has a bound, and this is the list: each map,
 * set and list that a factory or a module keeps, found in the source, with what holds it. A new one
 * has to be added, with its bound.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = new URL('../..', import.meta.url).pathname;

const SALES = 'as many as the operator made sales';
const FIXED = 'as many as the program has of them';

const BOUNDS: Record<string, string> = {
  'edge/access-lists.ts entries': 'MAX_LISTS, an LRU',
  'edge/answer.ts prepared': 'MAX_PREPARED, an LRU',
  'edge/counts.ts bySale': 'MAX_SALES, an LRU; EDGE_NUMBERS_LIMITS.outcomes in each',
  'edge/copies.ts entries': 'maxEntries, an LRU',
  'edge/gates/kept-allowances.ts allowances': 'an LRU: 50,000 addresses, 50,000 buyers',
  'edge/leases.ts bySale': 'MAX_SALES, an LRU',
  'edge/pressure-seen.ts bySale': 'MAX_SALES, an LRU',
  'edge/shedding.ts bySale': 'MAX_SALES, an LRU; SLOTS in each',
  'edge/strangers.ts found': 'MAX_FOUND, an LRU',
  'edge/strangers.ts refused': 'MAX_REFUSED, an LRU',
  'edge/trace-sender.ts waiting': 'MAX_SPANS',
  'edge/turnstile.ts used': 'MAX_USED, an LRU',
  'origin/access/access-lists.ts kept': 'MAX_LISTS, an LRU',
  'origin/admit/enter.ts appending': 'what the appender takes (appender.ts)',
  'origin/admit/admission.ts makers': SALES,
  'origin/admit/enter.ts hashes': SALES,
  'origin/admit/redis-stock.ts keysBySale': SALES,
  'origin/admit/reserve-batcher.ts lines': `${SALES}; MAX_WAITING requests in each`,
  'origin/backends.ts opened': FIXED,
  'origin/edge-numbers/reader.ts kept': `${SALES}, and are on`,
  'origin/console/live.ts watchers': 'MAX_STREAMS',
  'origin/console/outcome-tally.ts bySale': SALES,
  'origin/console/read-frame.ts counted': SALES,
  'origin/embedded.ts waiting': 'one write for each caller who waits for it, each with a bound',
  'origin/failpoints.ts armed': FIXED,
  'origin/feed/follow.ts cursors': SALES,
  'origin/feed/follow.ts failing': SALES,
  'origin/http/event-limit.ts ofProvider': FIXED,
  'origin/http/leaderboard-routes.ts kept': SALES,
  'origin/leaderboard/follow.ts cursors': SALES,
  'origin/log/appender.ts gathered': 'MAX_SEND at each send, for COMMAND_TIMEOUT_MS at most',
  'origin/log/appender.ts waiting': 'MAX_WAITING; what comes beyond is left to the relay',
  'origin/log/direct-log.ts underWay': 'one append each of the appender, the relay and repairs',
  'origin/log/kafka-log.ts consumers': FIXED,
  'origin/log/partition-worker.ts handled': 'one slice',
  'origin/log/partition-worker.ts waiting':
    'MOST_WAITING_SLICES (slices.ts), then the partition is paused',
  'origin/notify/sender.ts finished': 'MAX_IN_FLIGHT',
  'origin/notify/sender.ts held': 'MAX_IN_FLIGHT',
  'origin/operator/auth-limits.ts allowances': 'MAX_ADDRESSES, an LRU; as many as tokens',
  'origin/outages.ts tellers': FIXED,
  'origin/reconcile/mend-difference.ts tooMuch': SALES,
  'origin/reconcile/mend-gap.ts gaps': SALES,
  'origin/recover/open-by-log.ts barriers': SALES,
  'origin/redis-http.ts waiting': 'MAX_WAITING',
  'origin/roles.ts attempts': SALES,
  'origin/sales/directory.ts byTag': SALES,
  'origin/sales/directory.ts sales': SALES,
  'origin/settle/planetscale-sessions.ts kept': 'as many as are lent at once',
  'origin/settle/settler.ts positions': 'as many as the log has partitions',
  'origin/settle/settler.ts waiting': 'a slice of each partition',
  'origin/settle/sqlite-statements.ts prepared': FIXED,
  'origin/settle/sqlite-statements.ts texts': FIXED,
  'origin/settle/sqlite-transactions.ts prepared': FIXED,
  'origin/waitlist/gather.ts lines': `${SALES}; MAX_WAITING requests in each`,
  'origin/waitlist/recent.ts readings': SALES,
  'origin/wiring.ts roles': FIXED,
};

const KEPT = String.raw`(?:let|const) (\w+)(?:: [^=\n]+)? = `;
/** In a factory: what it keeps for those that it hands out. */
const FACTORY = /^(?:export )?(?:async )?function (?:create|start|connect|open)\w*[\s\S]*?^\}/gm;
const IN_FACTORY = new RegExp(`^  ${KEPT}(?:new (?:Map|Set|LRUCache)\\b|\\[\\];)`, 'gm');
/** In a module: begins empty, so it grows. */
const IN_MODULE = new RegExp(
  `^${KEPT}(?:new (?:Map|Set|LRUCache)\\b[^(]*\\((?!\\[)|\\[\\];)`,
  'gm',
);

function growingIn(path: string, text: string): string[] {
  const factories = Array.from(text.matchAll(FACTORY), ([whole]) => whole);
  const found = [
    ...factories.flatMap((factory) => [...factory.matchAll(IN_FACTORY)]),
    ...text.matchAll(IN_MODULE),
  ];
  return found.map(([, name]) => `${path} ${name}`);
}

const sources = ['origin', 'edge'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    // The page runs at its visitor's.
    .filter((path) => !path.startsWith('edge/web/'))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })),
);

test('each thing that grows has a bound', () => {
  const growing = new Set(sources.flatMap(({ path, text }) => growingIn(path, text)));
  expect([...growing].sort()).toEqual(Object.keys(BOUNDS).sort());
});

test('each limit that the list names is in its file', () => {
  const named = Object.entries(BOUNDS).flatMap(([name, bound]) =>
    Array.from(bound.matchAll(/\b(MAX_[A-Z_]+)\b/g), ([limit]) => [name.split(' ')[0], limit]),
  );
  expect(named.length).toBeGreaterThan(5);
  for (const [path, limit] of named) {
    const source = sources.find((one) => one.path === path);
    expect(source?.text, `${limit} in ${path}`).toMatch(new RegExp(`\\b${limit}\\b`));
  }
});

test('a new one would be seen', () => {
  const text = [
    'const kept = new Map<string, number>();',
    'const FIXED = new Set([1, 2]);',
    'export function createSomething() {',
    '  const seen = new Set<string>();',
    '  let waiting: Promise<void>[] = [];',
    '  function work() {',
    '    const local = new Map();',
    '  }',
    '}',
    'function sum() {',
    '  const local = new Map();',
    '}',
  ].join('\n');
  expect(growingIn('a.ts', text)).toEqual(['a.ts seen', 'a.ts waiting', 'a.ts kept']);
});
