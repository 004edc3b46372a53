/** etcd: each member that LEASE_URL names, its version, and whether the cluster has a leader. */
import { z } from 'zod';
import type { Config } from '../../origin/config.ts';
import { leaseLoginOf, readTlsMaterial } from '../../origin/connection-security.ts';
import { parseEtcdUrl } from '../../origin/lease/etcd-address.ts';
import { createEtcdClient } from '../../origin/lease/etcd-client.ts';
import { EtcdRefusedError } from '../../origin/lease/etcd-http.ts';
import type { Probe, Risk } from './probe.ts';

/** Numbers of 64 bits are texts, and left out when they are zero. */
const STATUS = z.object({ version: z.string().default('?'), leader: z.string().default('0') });
/** Any key serves: only the cluster's answer counts, which a majority has to agree on. */
const KEY = Buffer.from('sluice-doctor').toString('base64');

export function leaseProbe(config: Config): Probe {
  const tls = config.LEASE_TLS === 'on' ? readTlsMaterial(config, 'LEASE') : undefined;
  const { endpoints, login = leaseLoginOf(config) } = parseEtcdUrl(config.LEASE_URL);
  const members = endpoints.map((endpoint) => ({
    endpoint,
    client: createEtcdClient({ endpoints: [endpoint], login, tls }),
  }));
  const cluster = createEtcdClient({ endpoints, login, tls });
  return {
    ping: () => cluster.ask('kv/range', { key: KEY, count_only: true }),
    async describe() {
      const { version } = STATUS.parse(await statusOf(cluster));
      const count = members.length;
      return `etcd ${version} of ${count} member${count === 1 ? '' : 's'} named here`;
    },
    risks: async () => (await Promise.all(members.map(riskOfMember))).flat(),
    close() {
      for (const { client } of members) client.close();
      cluster.close();
    },
  };
}

type Client = ReturnType<typeof createEtcdClient>;

/** Where users have rights, not each may ask for it. */
async function statusOf(client: Client): Promise<unknown> {
  try {
    return await client.ask('maintenance/status', {});
  } catch (error) {
    if (error instanceof EtcdRefusedError) return {};
    throw error;
  }
}

async function riskOfMember({
  endpoint,
  client,
}: {
  endpoint: string;
  client: Client;
}): Promise<Risk[]> {
  try {
    await statusOf(client);
    return [];
  } catch {
    return [
      { state: 'warn', detail: `${endpoint} does not answer`, advice: 'start that member again' },
    ];
  }
}
