/**
 * Where snapshots come from (edge/shared-source.ts). The copy in the colo's cache holds the draw's
 * seed: it lies in a cache of its own name, under a host that no client can reach and a path that
 * nobody without the pass key can guess.
 */
import { fromBase64Url, toBase64Url } from '../contract/base64url.ts';
import type { Hashing } from '../contract/hashing.ts';
import type { PassKey } from '../contract/pass.ts';
import { type SaleSnapshot, saleSnapshotSchema } from '../contract/sale.ts';
import type { FetchCopy } from './copies.ts';
import type { CallOrigin } from './origin.ts';
import type { Platform } from './platform.ts';
import { createSharedSource } from './shared-source.ts';
import type { StrangerLimit } from './strangers.ts';

const KEY_LABEL = 'sluice snapshot cache v1';

const seededSnapshotSchema = saleSnapshotSchema.refine(
  ({ seed }) => fromBase64Url(seed)?.length === 32,
  { path: ['seed'], error: 'must be 32 bytes of base64url' },
);

interface SourceNeeds {
  platform: Platform;
  hashing: Hashing;
  passKeys: readonly PassKey[];
  callOrigin: CallOrigin;
  strangers: StrangerLimit;
}

export function createSnapshotSource(needs: SourceNeeds): FetchCopy<SaleSnapshot> {
  const { platform, hashing, passKeys, callOrigin, strangers } = needs;
  const [key] = passKeys;
  if (key === undefined) throw new RangeError('the snapshot cache needs a pass key');
  const secretPath = toBase64Url(hashing.keyedHash(key.secret)(KEY_LABEL));
  return createSharedSource({
    platform,
    callOrigin,
    strangers,
    name: 'snapshot',
    schema: seededSnapshotSchema,
    addressOf: (saleId) => `https://snapshots.sluice.invalid/${secretPath}/${saleId}`,
    pathOf: (saleId) => `/edge/sales/${saleId}`,
  });
}
