/**
 * Whether edge and origin trust each other, in both directions. The edge is given a pass of each
 * key for a request that it must then find wrong; and it is asked for a sale that nobody has, which
 * it can only deny after the origin took the edge's own pass. Nothing is changed by either.
 */
import type { Clock } from '../../contract/clock.ts';
import { createPassKeeper, PASS_HEADER, type PassKey } from '../../contract/pass.ts';
import { problemName, problemSchema } from '../../contract/problem.ts';
import type { Random } from '../../contract/random.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { type Finding, findingsOf } from './finding.ts';
import { ask, type Told } from './http.ts';

const ADVICE = 'give edge and origin the same PASS_KEYS, and start both anew';
/** Also one of a second ago: a denied sale is kept for a moment. */
const RANDOM_BYTES = 6;

export interface EdgeOptions {
  /** Without a slash at its end. */
  edgeUrl: string;
  passKeys: readonly PassKey[];
  clock: Clock;
  random: Random;
}

export async function checkEdge(options: EdgeOptions): Promise<Finding[]> {
  const { edgeUrl, passKeys } = options;
  try {
    const ofKeys = await Promise.all(passKeys.map((key) => checkKey(key, options)));
    return [...ofKeys, await checkWayToOrigin(options)];
  } catch {
    const advice = 'start it, or set EDGE_URL to where it is';
    return [findingsOf('edge', 'EDGE_URL')('fail', `no edge answers at ${edgeUrl}`, advice)];
  }
}

async function checkKey(key: PassKey, { edgeUrl, clock }: EdgeOptions): Promise<Finding> {
  const found = findingsOf('edge', `key ${key.id}`);
  const path = '/api/sales/doctor/results';
  const body = 'not results';
  const claims = { timeMs: clock.nowMs(), method: 'POST', path, body };
  const pass = createPassKeeper(nodeHashing, [key]).sign({
    ...claims,
    buyerId: '',
    idempotencyKey: '',
  });
  const told = await ask(`${edgeUrl}${path}`, {
    method: 'POST',
    body,
    headers: { [PASS_HEADER]: pass },
  });
  const name = problemOf(told);
  if (name === 'invalid-request') return found('ok', 'the edge takes its passes');
  if (name === 'no-pass') return found('fail', 'the edge refuses its passes', ADVICE);
  if (name === 'unknown-route') {
    return found('warn', 'cannot be known: this edge takes no results');
  }
  return found('warn', `cannot be known: the edge answered ${told.status}`);
}

async function checkWayToOrigin({ edgeUrl, random }: EdgeOptions): Promise<Finding> {
  const found = findingsOf('edge', 'its origin');
  const saleId = `doctor-${Buffer.from(random.bytes(RANDOM_BYTES)).toString('hex')}`;
  const told = await ask(`${edgeUrl}/api/sales/${saleId}`);
  if (problemOf(told) === 'unknown-sale') return found('ok', "takes the edge's passes");
  return found(
    'fail',
    `the edge answered ${told.status} when asked for a sale that is not there`,
    "look at the edge's ORIGIN_URL, and give edge and origin the same PASS_KEYS",
  );
}

function problemOf({ body }: Told): string | undefined {
  const problem = problemSchema.safeParse(body);
  return problem.success ? problemName(problem.data.type) : undefined;
}
