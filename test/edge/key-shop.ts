/** A shop that publishes keys and signs tokens with them, and what a buyer is told in short. */
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { Environment } from '../../edge/environment.ts';
import { openSale, openShop, type Shop, START_MS, told } from './shop.ts';

const URL_OF_KEYS = 'https://shop.test/keys.json';
export const MINUTE_MS = 60_000;

export interface Signer {
  jwk: JWK;
  sign(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
}

export async function createSigner(alg: string, kid: string): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    sign: (claims = {}, header = {}) =>
      new SignJWT({ sub: 'user-4711', ...claims })
        .setProtectedHeader({ alg, kid, ...header })
        .sign(privateKey),
  };
}

/** A shop that publishes keys, which a test may change, hold back or take down. */
export function openKeyShop(keys: JWK[], change: Partial<Environment> = {}) {
  const terms = { buyerJwtSecret: undefined, buyerJwksUrl: URL_OF_KEYS, ...change };
  const sale = openSale({ closesAtMs: START_MS + 10 * 60 * MINUTE_MS });
  const shop = openShop(sale, terms);
  const server = { keys, isDown: false, asked: 0, delayMs: 0 };
  async function answer() {
    server.asked += 1;
    if (server.delayMs > 0) await scheduler.wait(server.delayMs);
    return server.isDown ? new Response('', { status: 500 }) : Response.json({ keys: server.keys });
  }
  shop.twist.origin = ({ path }) => (path === '/keys.json' ? answer() : undefined);
  return { shop, server };
}

export async function short(shop: Pick<Shop, 'order'>, token: string): Promise<string> {
  const answer = await told(shop.order({ headers: { authorization: `Bearer ${token}` } }));
  return `${answer.status} ${answer.type ?? ''}`.trim();
}

export const UNAUTHENTICATED = '401 /problems/unauthenticated';
export const NOT_NOW = '503 /problems/overloaded';
