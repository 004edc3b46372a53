/**
 * The one place that builds the Redis keys of stock and leases; docs/keys.md lists them with type
 * and lifetime. All keys of a bucket share one hash tag, and so one slot of a cluster: a script may
 * only touch keys of one slot.
 */

/** What every key begins with, unless the operator shares a Redis between several Sluices. */
export const DEFAULT_KEY_PREFIX = 'sluice:';

export interface BucketKeys {
  state: string;
  buyers: string;
  outbox: string;
  released: string;
}

export function bucketKeys(prefix: string, saleId: string, bucket: number): BucketKeys {
  const start = `${prefix}{${saleId}:${bucket}}:`;
  return {
    state: `${start}state`,
    buyers: `${start}buyers`,
    outbox: `${start}outbox`,
    released: `${start}released`,
  };
}

export interface LeaseKeys {
  grant: string;
  fence: string;
}

export function leaseKeys(prefix: string, name: string): LeaseKeys {
  const grant = `${prefix}lease:{${name}}`;
  return { grant, fence: `${grant}:fence` };
}
