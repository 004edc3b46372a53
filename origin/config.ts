/**
 * The origin's configuration, parsed once from the environment. Bad values stop the start, all at
 * once, with one line a variable: its name, what is wrong, and an example of what would be right.
 * Secrets are never repeated in a message. A variable that may be left out may be empty as well.
 */
import { z } from 'zod';
import { type PassKey, parsePassKeys } from '../contract/pass.ts';
import { parseOtlpHeaders } from '../contract/trace-names.ts';
import { bookUrl, isOverHttp, isSafeUrl, isTraceCollector } from './config-urls.ts';
import { SECURITY_EXAMPLES, SECURITY_SETTINGS, securityMistakes } from './connection-security.ts';
import type { Environment } from './environment.ts';
import { parseFailpoints } from './failpoints.ts';
import { parseEtcdUrl } from './lease/etcd-address.ts';
import { parseProxies } from './operator/auth-address.ts';
import {
  clashIn,
  LEAST_TOKEN_CHARACTERS,
  operatorTokensOf,
  parseOperatorTokens,
} from './operator/auth-tokens.ts';

export const ROLES = [
  'api',
  'relay',
  'settle',
  'sweep',
  'notify',
  'leaderboard',
  'feed',
  'reconcile',
] as const;
export type Role = (typeof ROLES)[number];

export class ConfigError extends Error {
  readonly code = 'config';
}

const port = z.coerce.number().int().min(1).max(65_535);
/** Not coerced: nothing at all would be 0. */
const share = z
  .string()
  .regex(/^(0|1|0\.\d{1,9})$/, 'must be a number from 0 to 1')
  .transform(Number);
const count = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
/** Over HTTP as well: encrypted, unless it never leaves the machine. */
const redisOr = (...schemes: string[]) =>
  z.string().refine((url) => schemes.some((scheme) => url.startsWith(scheme)) || isSafeUrl(url), {
    error: `must begin with one of ${schemes.join(' ')} https:// (no user in it; http://localhost)`,
  });
/** `direct`: there is none, and what is accepted is settled at once. */
const orderLog = z.string().refine((url) => url === 'direct' || /^(sqlite:|kafka:\/\/)/.test(url), {
  error: 'must be direct, or begin with one of sqlite: kafka://',
});

/** Where something is called: encrypted, unless it never leaves the machine. */
const remote = z.string().refine(isSafeUrl, {
  error: 'must begin with https://, or http:// for a loopback address, and name no user',
});
const leaseStore = redisOr('sqlite:', 'redis://', 'rediss://', 'etcd://').superRefine(
  (url, context) => {
    try {
      if (url.startsWith('etcd://')) parseEtcdUrl(url);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      context.addIssue(error.message);
    }
  },
);
/** What Standard Webhooks signs with: `whsec_` and base64 of 24 to 64 bytes. */
const webhookSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'must be whsec_ and base64 of 24 to 64 bytes');

/** As copied from somewhere: a space in it is a slip. */
const copied = z.string().regex(/^\S+$/, 'must not contain spaces');

const roles = z.string().transform((text, context): Role[] => {
  if (text === 'all') return [...ROLES];
  const names = text.split(',').map((name) => name.trim());
  const known = ROLES.filter((role) => names.includes(role));
  if (known.length !== names.length) {
    context.addIssue(`must be "all" or some of ${ROLES.join(',')}`);
  }
  return known;
});

/** Turns a parser that throws RangeError into a zod step. */
const parsedBy = <Value>(parse: (text: string) => Value) =>
  z.string().transform((text, context): Value => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      context.addIssue(error.message);
      return z.NEVER;
    }
  });

const schema = z.object({
  ORIGIN_HOST: z.string().min(1).default('127.0.0.1'),
  ORIGIN_PORT: port.default(8788),
  STOCK_URL: redisOr('sqlite:', 'redis://', 'rediss://').default('sqlite:'),
  LOG_URL: orderLog.default('sqlite:'),
  BOOK_URL: bookUrl.default('sqlite:'),
  LEASE_URL: leaseStore.default('sqlite:'),
  UPSTASH_REDIS_REST_TOKEN: copied.optional(),
  DATA_DIR: z.string().min(1).default('.sluice'),
  ROLES: roles.prefault('all'),
  ACCEPT_AFTER: z.enum(['log', 'outbox']).default('log'),
  ACCEPT_WAIT_MS: count(1, 60_000).default(2_000),
  ADMIT_MAX_IN_FLIGHT: count(1, 100_000).default(1_000),
  ON_STOCK_OUTAGE: z.enum(['pause', 'draw']).default('pause'),
  STOCK_OUTAGE_SHARE: share.prefault('0.01'),
  STOCK_OUTAGE_AFTER_MS: count(1_000, 600_000).default(5_000),
  PASS_KEYS: parsedBy(parsePassKeys),
  OPERATOR_TOKEN: z
    .string()
    .min(LEAST_TOKEN_CHARACTERS, `must be at least ${LEAST_TOKEN_CHARACTERS} characters`)
    .optional(),
  OPERATOR_TOKENS: parsedBy(parseOperatorTokens).optional(),
  TRUSTED_PROXIES: parsedBy(parseProxies).optional(),
  PAY_WINDOW_MS: count(1_000, 86_400_000).default(300_000),
  PAYMENT_PROVIDER: z.enum(['sandbox', 'stripe']).default('sandbox'),
  SANDBOX_URL: remote.default('http://127.0.0.1:8790'),
  SANDBOX_PUBLIC_URL: remote.optional(),
  SANDBOX_SECRET: webhookSecret.optional(),
  STRIPE_SECRET_KEY: copied.optional(),
  STRIPE_WEBHOOK_SECRET: copied.optional(),
  STRIPE_URL: remote.optional(),
  SHOP_URL: remote.default('http://127.0.0.1:8787'),
  EDGE_URL: remote.optional(),
  WEBHOOK_URL: remote.optional(),
  WEBHOOK_SECRET: webhookSecret.optional(),
  RELAY_AFTER_MS: count(100, 600_000).default(5_000),
  LEASE_TTL_MS: count(1_000, 600_000).default(10_000),
  SHUTDOWN_DELAY_MS: count(0, 600_000).default(0),
  STOCK_PREFIX: z
    .string()
    .regex(/^[a-z0-9:-]{1,32}$/)
    .default('sluice:'),
  LOG_PREFIX: z
    .string()
    .regex(/^[a-z0-9.-]{1,64}$/)
    .default('sluice'),
  LOG_LANES: count(1, 64).default(4),
  LOG_PARTITIONS: count(1, 256).default(4),
  LOG_REPLICATION: count(1, 9).default(1),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .refine(isTraceCollector, { error: 'must be a URL of http or https without user and query' })
    .optional(),
  OTEL_EXPORTER_OTLP_HEADERS: parsedBy(parseOtlpHeaders).optional(),
  OTEL_SERVICE_NAME: z.string().min(1).max(64).default('sluice-origin'),
  ...SECURITY_SETTINGS,
  FAILPOINTS: parsedBy(parseFailpoints).prefault(''),
});

const EXAMPLES: Record<keyof z.infer<typeof schema>, string> = {
  ORIGIN_HOST: '0.0.0.0',
  ORIGIN_PORT: '8788',
  STOCK_URL: 'redis://127.0.0.1:6379',
  LOG_URL: 'kafka://127.0.0.1:9092',
  BOOK_URL: 'mysql://user:password@mysql.example:3306/sluice',
  LEASE_URL: 'etcd://127.0.0.1:2379',
  UPSTASH_REDIS_REST_TOKEN: '<from the console of Upstash>',
  DATA_DIR: '.sluice',
  ROLES: 'api,relay',
  ACCEPT_AFTER: 'log',
  ACCEPT_WAIT_MS: '2000',
  ADMIT_MAX_IN_FLIGHT: '1000',
  ON_STOCK_OUTAGE: 'draw',
  STOCK_OUTAGE_SHARE: '0.01',
  STOCK_OUTAGE_AFTER_MS: '5000',
  PASS_KEYS: 'k1:<the output of: openssl rand -base64 32>',
  OPERATOR_TOKEN: '<the output of: openssl rand -hex 24>',
  OPERATOR_TOKENS: 'anna:operator:<the output of: openssl rand -hex 24>',
  TRUSTED_PROXIES: '10.0.0.0/8,192.0.2.7',
  PAY_WINDOW_MS: '300000',
  PAYMENT_PROVIDER: 'stripe',
  SANDBOX_URL: 'http://127.0.0.1:8790',
  SANDBOX_PUBLIC_URL: 'http://127.0.0.1:8790',
  SANDBOX_SECRET: 'whsec_<the output of: openssl rand -base64 32>',
  STRIPE_SECRET_KEY: 'sk_live_<from the dashboard of Stripe>',
  STRIPE_WEBHOOK_SECRET: 'whsec_<from the dashboard of Stripe>',
  STRIPE_URL: 'https://api.stripe.com',
  SHOP_URL: 'https://shop.example',
  EDGE_URL: 'https://shop.example',
  WEBHOOK_URL: 'https://shop.example/sluice-events',
  WEBHOOK_SECRET: 'whsec_<the output of: openssl rand -base64 32>',
  RELAY_AFTER_MS: '5000',
  LEASE_TTL_MS: '10000',
  SHUTDOWN_DELAY_MS: '8000',
  STOCK_PREFIX: 'sluice:',
  LOG_PREFIX: 'sluice',
  LOG_LANES: '4',
  LOG_PARTITIONS: '4',
  LOG_REPLICATION: '3',
  LOG_LEVEL: 'info',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
  OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20<from the collector>',
  OTEL_SERVICE_NAME: 'sluice-origin',
  ...SECURITY_EXAMPLES,
  FAILPOINTS: 'settle.before-commit=kill',
};

export type Config = Omit<z.infer<typeof schema>, 'PASS_KEYS'> & { PASS_KEYS: PassKey[] };

/** Throws a ConfigError that lists every bad variable. */
export function parseConfig(environment: Environment): Config {
  const given = withoutEmpty(environment);
  const parsed = schema.safeParse(given);
  const mistakes = [
    ...(parsed.success ? [] : badValues(parsed.error, given)),
    ...refusedInProduction(given),
    ...missingTogether(given),
    ...contradictions(given),
    ...(parsed.success ? clashingTokens(parsed.data) : []),
    ...(parsed.success ? halfSecured(given) : []),
  ];
  if (!parsed.success || mistakes.length > 0) throw new ConfigError(mistakes.join('\n'));
  return parsed.data;
}

/** `WEBHOOK_URL=` in a file of settings says that there is none. */
function withoutEmpty(environment: Environment): Environment {
  const isOptional = (name: string) =>
    name in schema.shape &&
    schema.shape[name as keyof typeof schema.shape] instanceof z.ZodOptional;
  const entries = Object.entries(environment);
  return Object.fromEntries(entries.filter(([name, value]) => value !== '' || !isOptional(name)));
}

function badValues(error: z.ZodError, given: Environment): string[] {
  const lines = error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const problem = given[name] === undefined ? 'is missing' : issue.message;
    return `${name}: ${problem}; ${exampleOf(name)}`;
  });
  return [...new Set(lines)];
}

function refusedInProduction(given: Environment): string[] {
  if (given.NODE_ENV !== 'production') return [];
  const lines: string[] = [];
  if ((given.FAILPOINTS ?? '') !== '') {
    lines.push('FAILPOINTS: is for tests and refused when NODE_ENV is production');
  }
  if (given.PAYMENT_PROVIDER === undefined) {
    lines.push(
      `PAYMENT_PROVIDER: must be named when NODE_ENV is production, since the sandbox ` +
        `takes no money; ${exampleOf('PAYMENT_PROVIDER')}`,
    );
  }
  return lines;
}

/** The token without a name has one as well. */
function clashingTokens(config: z.infer<typeof schema>): string[] {
  const clash = clashIn(operatorTokensOf(config));
  return clash === undefined ? [] : [`OPERATOR_TOKENS: ${clash}; ${exampleOf('OPERATOR_TOKENS')}`];
}

function halfSecured(given: Environment): string[] {
  return securityMistakes(given).map(([name, why]) => `${name}: ${why}; ${exampleOf(name)}`);
}

/** Nothing but the book has an order then, so that nothing can be promised before it does. */
function contradictions(given: Environment): string[] {
  if (given.LOG_URL !== 'direct' || given.ACCEPT_AFTER !== 'outbox') return [];
  return [
    `ACCEPT_AFTER: must be log while LOG_URL is direct, where the answer is the book's; ` +
      exampleOf('ACCEPT_AFTER'),
  ];
}

/** What one setting needs of another, judged by what is there, be its value good or bad. */
function missingTogether(given: Environment): string[] {
  const provider = given.PAYMENT_PROVIDER ?? 'sandbox';
  const overHttp = ['STOCK_URL', 'LEASE_URL'].find((name) => isOverHttp(given[name] ?? ''));
  const needed: [needs: boolean, name: keyof typeof EXAMPLES, why: string][] = [
    [provider === 'sandbox', 'SANDBOX_SECRET', 'PAYMENT_PROVIDER is sandbox'],
    [provider === 'stripe', 'STRIPE_SECRET_KEY', 'PAYMENT_PROVIDER is stripe'],
    [provider === 'stripe', 'STRIPE_WEBHOOK_SECRET', 'PAYMENT_PROVIDER is stripe'],
    [given.WEBHOOK_URL !== undefined, 'WEBHOOK_SECRET', 'WEBHOOK_URL is set'],
    [overHttp !== undefined, 'UPSTASH_REDIS_REST_TOKEN', `${overHttp} is of HTTP`],
  ];
  const missing = needed
    .filter(([needs, name]) => needs && given[name] === undefined)
    .map(([, name, why]) => `${name}: is missing while ${why}; ${exampleOf(name)}`);
  const nobody = given.OPERATOR_TOKEN === undefined && given.OPERATOR_TOKENS === undefined;
  return nobody
    ? [`OPERATOR_TOKEN: is missing; ${exampleOf('OPERATOR_TOKEN')}`, ...missing]
    : missing;
}

function exampleOf(name: string): string {
  const example = name in EXAMPLES ? EXAMPLES[name as keyof typeof EXAMPLES] : '';
  return `for example ${name}=${example}`;
}
