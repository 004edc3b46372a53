/**
 * What the record says of a changing request, from its route and its body alone, so that a route
 * which is added later needs no word of its own. Pure. What a client wrote is bounded, and secrets
 * are left out by the names that they go under.
 */
import { TARGET_CHARACTERS } from '../../contract/operator-changes.ts';

export interface ChangingRequest {
  method: string;
  /** The route as it was registered, `/operator/sales/:saleId/pause`; undefined: there is none. */
  route: string | undefined;
  path: string;
  query: Readonly<Record<string, string>>;
  /** Undefined when it was too large to be read. */
  body: string | undefined;
}

export interface DescribedChange {
  /** `sale.pause` */
  action: string;
  /** Empty when it is about no one thing. */
  target: string;
  /** A JSON object. */
  details: string;
}

/** A sale's terms fit; of the ids of many notices the first are enough. */
const DETAILS_CHARACTERS = 2_000;
/** No route takes anything half as deep; thousands of brackets would be too much for the stack. */
const DEEPEST = 10;
/** As wide as the column. */
const ACTION_CHARACTERS = 64;
const SECRET_NAME =
  /secret|token|password|passphrase|authorization|signature|credential|api[-_]?key|presale/i;
const LEFT_OUT = '[left out]';
/** Of requests to a thing itself, or to all things of a kind. */
const VERBS: Record<string, string> = {
  POST: 'create',
  PUT: 'put',
  PATCH: 'change',
  DELETE: 'delete',
};
/** What the CLI sends where a route takes no body. */
const NOTHING = '{}';
/** Where the body names what has no place in the path: a new sale. */
const NAMED_IN_BODY = ['saleId', 'orderId'] as const;

export function describeChange(request: ChangingRequest): DescribedChange {
  const body = readJson(request.body);
  return {
    action: actionOf(request).slice(0, ACTION_CHARACTERS),
    target: printable(targetOf(request, body)).slice(0, TARGET_CHARACTERS),
    details: detailsOf(request, body),
  };
}

function actionOf({ method, route }: ChangingRequest): string {
  if (route === undefined) return 'unknown-route';
  const [kind = '', ...rest] = segmentsOf(route).slice(1);
  const words = rest.filter((segment) => !isParameter(segment));
  const verb = VERBS[method] ?? method.toLowerCase();
  const named = method === 'POST' && words.length > 0 ? words : [...words, verb];
  return [singular(kind), ...named].join('.');
}

function targetOf({ route, path }: ChangingRequest, body: unknown): string {
  if (route === undefined) return path;
  const given = segmentsOf(path);
  const inPath = segmentsOf(route).flatMap((segment, index) =>
    isParameter(segment) ? [given[index] ?? ''] : [],
  );
  if (inPath.length > 0) return inPath.join('/');
  const fields = typeof body === 'object' && body !== null ? Object.entries(body) : [];
  const named = fields.find(([name]) => NAMED_IN_BODY.some((known) => known === name))?.[1];
  return typeof named === 'string' ? named : '';
}

function detailsOf({ query, body: text }: ChangingRequest, body: unknown): string {
  const details = {
    ...(Object.keys(query).length === 0 ? {} : { query }),
    ...(text === '' || text === NOTHING ? {} : { body }),
  };
  const whole = JSON.stringify(withoutSecrets(details, 0));
  if (whole.length <= DETAILS_CHARACTERS) return whole;
  return JSON.stringify({ cut: whole.slice(0, DETAILS_CHARACTERS) });
}

function withoutSecrets(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEEPEST) return '[too deep]';
  if (Array.isArray(value)) return value.map((each) => withoutSecrets(each, depth + 1));
  const entries = Object.entries(value).map(([name, inner]) => [
    name,
    SECRET_NAME.test(name) ? LEFT_OUT : withoutSecrets(inner, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

/** What is no JSON was refused, or not looked at; it is not repeated. */
function readJson(text: string | undefined): unknown {
  if (text === undefined) return '[too large]';
  try {
    return JSON.parse(text);
  } catch {
    return '[no JSON]';
  }
}

/** One line of ASCII, whatever came. */
function printable(text: string): string {
  return /^[\x21-\x7e]*$/.test(text) ? text : encodeURIComponent(text.toWellFormed());
}

const segmentsOf = (path: string) => path.split('/').filter((segment) => segment !== '');
const isParameter = (segment: string) => segment.startsWith(':');

/** `sales` to `sale`, `deliveries` to `delivery`. */
function singular(kind: string): string {
  return kind.endsWith('ies') ? `${kind.slice(0, -3)}y` : kind.replace(/s$/, '');
}
