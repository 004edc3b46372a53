/**
 * Buyers with the shop's token (a JWT, HS256), each with one key for one click. Runs in k6, not in
 * Node.
 */
import crypto from 'k6/crypto';
import encoding from 'k6/encoding';
import { jwtSecret } from './settings.js';

const HEADER = encode({ alg: 'HS256', typ: 'JWT' });

/** `number` makes the buyer unique within the run; a run has a sale of its own. */
export function createBuyer(number) {
  const id = `k6-buyer-${number}`;
  const signed = `${HEADER}.${encode({ sub: id })}`;
  const token = `${signed}.${crypto.hmac('sha256', jwtSecret, signed, 'base64rawurl')}`;
  return {
    id,
    key: `k6-click-${number}`,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  };
}

function encode(value) {
  return encoding.b64encode(JSON.stringify(value), 'rawurl');
}
