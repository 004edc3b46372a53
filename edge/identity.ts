/**
 * Who is buying: the `sub` of the shop's JWT, or else a guest where the operator allows them. A
 * token that is there but not good is refused, never taken for a guest: a shop's customer must not
 * become somebody else because a token ran out.
 */
import { errors, jwtVerify } from 'jose';
import { buyerIdSchema } from '../contract/ids.ts';
import type { Refusal } from '../contract/outcomes.ts';
import type { Random } from '../contract/random.ts';
import type { Environment } from './environment.ts';
import type { GuestCookies } from './guest-cookie.ts';

/** The shop's clock and the edge's may differ that much. */
const CLOCK_TOLERANCE_SECONDS = 5;
/** A token of a shop has a few hundred characters; a longer one is not worth the hashing. */
const MAX_AUTHORIZATION_LENGTH = 4_096;

export type Identity =
  /** `setCookie` when the buyer is a guest who was new with this request. */
  { kind: 'buyer'; buyerId: string; setCookie?: string } | (Refusal & { kind: 'unauthenticated' });

export type Identify = (request: Request, nowMs: number) => Promise<Identity>;

interface IdentitySources {
  environment: Pick<Environment, 'buyerJwtSecret' | 'allowGuests'>;
  guests: GuestCookies;
  random: Random;
}

export function createIdentify({ environment, guests, random }: IdentitySources): Identify {
  return async (request, nowMs) => {
    const authorization = request.headers.get('authorization');
    if (authorization !== null) {
      return identityOfToken(authorization, environment.buyerJwtSecret, nowMs);
    }
    if (!environment.allowGuests)
      return refused('an Authorization header with a Bearer token is needed');
    const known = guests.read(request.headers.get('cookie'));
    if (known !== undefined) return { kind: 'buyer', buyerId: known };
    return { kind: 'buyer', ...guests.mint(random, request.url.startsWith('https:')) };
  };
}

async function identityOfToken(
  authorization: string,
  secret: Uint8Array | undefined,
  nowMs: number,
): Promise<Identity> {
  if (secret === undefined) return refused('tokens are not taken here');
  if (authorization.length > MAX_AUTHORIZATION_LENGTH) return refused('the token is too long');
  const [, token] = /^Bearer +([^ ]+)$/i.exec(authorization) ?? [];
  if (token === undefined) return refused('Authorization must be "Bearer <token>"');
  try {
    const { payload } = await jwtVerify(token, secret, {
      algorithms: ['HS256'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(nowMs),
    });
    const buyer = buyerIdSchema.safeParse(payload.sub);
    if (buyer.success) return { kind: 'buyer', buyerId: buyer.data };
    return refused(`the token's sub ${buyer.error.issues[0]?.message ?? 'is not a buyer id'}`);
  } catch (error) {
    if (error instanceof errors.JWTExpired) return refused('the token has expired');
    if (error instanceof errors.JOSEError) return refused('the token is not valid');
    throw error;
  }
}

function refused(reason: string): Identity {
  return { kind: 'unauthenticated', reason };
}
