/**
 * Who is buying: the `sub` of the shop's JWT, or else a guest where the operator allows them. A
 * token that is there but not good is refused, never taken for a guest: a shop's customer must not
 * become somebody else because a token ran out.
 */
import { buyerIdSchema } from '../contract/ids.ts';
import type { Refusal } from '../contract/outcomes.ts';
import type { Random } from '../contract/random.ts';
import type { ClientAddress } from './client-address.ts';
import type { AddressLimit } from './gates/address-limit.ts';
import type { GuestCookies } from './guest-cookie.ts';
import { cookiesOf } from './signed-cookie.ts';
import type { TokenReader } from './token.ts';

/** A token of a shop has a few hundred characters; a longer one is not worth the hashing. */
const MAX_AUTHORIZATION_LENGTH = 4_096;

export interface Buyer {
  kind: 'buyer';
  buyerId: string;
  /** Known by a cookie only; nobody vouches for them. */
  isGuest: boolean;
  /** When the buyer is a guest who was new with this request. */
  setCookie?: string;
}

export type Identity =
  | Buyer
  /** `overloaded`: the shop's keys cannot be had. `too-fast`: too many guests of an address. */
  | (Refusal & { kind: 'unauthenticated' | 'overloaded' | 'too-fast' });

export type Identify = (
  request: Pick<Request, 'headers' | 'url'>,
  nowMs: number,
) => Promise<Identity>;

interface IdentitySources {
  allowGuests: boolean;
  /** Undefined: no shop's tokens are taken. */
  readToken: TokenReader | undefined;
  guests: GuestCookies;
  addressOf: ClientAddress;
  addressLimit: AddressLimit;
  random: Random;
}

export function createIdentify(sources: IdentitySources): Identify {
  const { allowGuests, readToken, guests, addressOf, addressLimit, random } = sources;
  return async (request, nowMs) => {
    const authorization = request.headers.get('authorization');
    if (authorization !== null) return identityOfToken(authorization, readToken, nowMs);
    if (!allowGuests) return refused('an Authorization header with a Bearer token is needed');
    const cookies = cookiesOf(request);
    const known = guests.read(cookies);
    if (known !== undefined) return { kind: 'buyer', buyerId: known, isGuest: true };
    const { refusal } = addressLimit.take({ address: addressOf(request), kind: 'guest', nowMs });
    if (refusal?.kind === 'too-fast') return refusal;
    const guest = guests.mint(random, cookies.secure);
    return { kind: 'buyer', isGuest: true, ...guest };
  };
}

async function identityOfToken(
  authorization: string,
  readToken: TokenReader | undefined,
  nowMs: number,
): Promise<Identity> {
  if (readToken === undefined) return refused('tokens are not taken here');
  if (authorization.length > MAX_AUTHORIZATION_LENGTH) return refused('the token is too long');
  const [, token] = /^Bearer +([^ ]+)$/i.exec(authorization) ?? [];
  if (token === undefined) return refused('Authorization must be "Bearer <token>"');
  const read = await readToken(token, nowMs);
  if (read.kind !== 'claims') return read;
  const buyer = buyerIdSchema.safeParse(read.claims.sub);
  if (buyer.success) return { kind: 'buyer', buyerId: buyer.data, isGuest: false };
  return refused(`the token's sub ${buyer.error.issues[0]?.message ?? 'is not a buyer id'}`);
}

function refused(reason: string): Identity {
  return { kind: 'unauthenticated', reason };
}
