/** Puts together what an isolate needs to know who is asking, from its configuration. */
import type { PassKey } from '../contract/pass.ts';
import { type ClientAddress, createClientAddress } from './client-address.ts';
import type { Environment } from './environment.ts';
import { type AddressLimit, createAddressLimit } from './gates/address-limit.ts';
import { createGuestCookies } from './guest-cookie.ts';
import { edgeHashing } from './hashing.ts';
import { createHumanMarks } from './human-cookie.ts';
import { createHumans, type Humans } from './humans.ts';
import { createIdentify, type Identify } from './identity.ts';
import { createKeySet } from './jwks.ts';
import type { Platform } from './platform.ts';
import { createTokenReader } from './token.ts';
import { createTurnstile } from './turnstile.ts';

export interface IdentityParts {
  identify: Identify;
  addressOf: ClientAddress;
  addressLimit: AddressLimit;
  /** Undefined: guests need not show to be people. */
  humans: Humans | undefined;
}

interface IdentityNeeds {
  environment: Environment;
  platform: Platform;
  passKeys: readonly PassKey[];
}

export function createIdentityParts({
  environment,
  platform,
  passKeys,
}: IdentityNeeds): IdentityParts {
  const { allowGuests, buyerJwksUrl, turnstile } = environment;
  const findKeys = buyerJwksUrl === undefined ? undefined : createKeySet(platform, buyerJwksUrl);
  const addressOf = createClientAddress(environment.trustedAddressHeader);
  const addressLimit = createAddressLimit(environment.addressLimit);
  const identify = createIdentify({
    allowGuests,
    readToken: createTokenReader(environment, findKeys, platform.clock),
    guests: createGuestCookies(edgeHashing, passKeys),
    addressOf,
    addressLimit,
    random: platform.random,
  });
  // A shop vouches for its own customers; only guests are asked.
  const humans =
    turnstile === undefined || !allowGuests
      ? undefined
      : createHumans({
          siteKey: turnstile.siteKey,
          marks: createHumanMarks(edgeHashing, passKeys),
          judge: createTurnstile(platform, turnstile),
        });
  return { identify, addressOf, addressLimit, humans };
}
