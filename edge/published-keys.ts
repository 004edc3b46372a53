/**
 * Which of the keys that a shop publishes can be used. Each is tried once when the set is read, and
 * not at the first token of a buyer, who could do nothing about it: one that is broken, or weaker
 * than its algorithm asks for, is left out and told the operator, and the others serve. Keys for
 * something else, such as encryption, are left out in silence. Tried is what the runtime makes of
 * it; a key that is whole but not the one that signs is found out by the signatures only.
 */
import { compactVerify, createLocalJWKSet, errors, type JWK } from 'jose';
import { z } from 'zod';
import { toBase64Url } from '../contract/base64url.ts';
import { messageOf } from './log.ts';

/** By the kind of the key: what is signed in another way is not taken. */
const ALGORITHMS = { RSA: 'RS256', EC: 'ES256', OKP: 'EdDSA' } as const;
export const PUBLIC_ALGORITHMS: string[] = Object.values(ALGORITHMS);

/** Public keys for signatures; secrets and keys for encryption have no place here. */
const keySchema = z.looseObject({
  kty: z.enum(['RSA', 'EC', 'OKP']),
  kid: z.string().optional(),
  use: z.literal('sig').optional(),
  d: z.never().optional(),
});
type PublicKey = JWK & Pick<z.infer<typeof keySchema>, 'kty'>;

/** A key id is the shop's own word, and may be as long as it likes. */
const MAX_LOGGED_ID_LENGTH = 64;

export interface UnusableKey {
  keyId: string | undefined;
  reason: string;
}

export interface PickedKeys {
  keys: JWK[];
  unusable: UnusableKey[];
}

export async function pickKeys(given: readonly unknown[]): Promise<PickedKeys> {
  const picked: PickedKeys = { keys: [], unusable: [] };
  for (const one of given) {
    if (!isPublicKey(one)) continue;
    const trial = await tryKey(one);
    if (trial === 'usable') picked.keys.push(one);
    else if (trial !== 'for-something-else') picked.unusable.push(trial);
  }
  return picked;
}

function isPublicKey(given: unknown): given is PublicKey {
  return keySchema.safeParse(given).success;
}

/** By a signature that cannot hold: a key that can be used says just that of it. */
async function tryKey(key: PublicKey): Promise<'usable' | 'for-something-else' | UnusableKey> {
  const header = JSON.stringify({ alg: ALGORITHMS[key.kty] });
  const signed = `${toBase64Url(new TextEncoder().encode(header))}..AAAA`;
  try {
    await compactVerify(signed, createLocalJWKSet({ keys: [key] }));
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) return 'usable';
    if (error instanceof errors.JWKSNoMatchingKey) return 'for-something-else';
    return { keyId: key.kid?.slice(0, MAX_LOGGED_ID_LENGTH), reason: messageOf(error) };
  }
  return { keyId: key.kid?.slice(0, MAX_LOGGED_ID_LENGTH), reason: 'takes any signature' };
}
