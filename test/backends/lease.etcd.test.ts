/**
 * The lease suite on a real etcd, whose leases live for two seconds at least and end by its own
 * clock; and what only etcd does.
 */

import { systemClock } from '../../contract/clock.ts';
import { createEtcdLease } from '../../origin/lease/etcd-lease.ts';
import { exerciseLease } from './lease.exercise.ts';
import { describeWithEtcd, lengthOfLine, startOwnEtcd, untilShortLeasesEnd } from './own-etcd.ts';

describeWithEtcd('etcd', () => {
  exerciseLease('etcd', async () => {
    const etcd = await startOwnEtcd();
    const [endpoint = ''] = etcd.endpoints;
    const lease = createEtcdLease({
      endpoints: etcd.endpoints,
      keyPrefix: 'sluice:',
      clock: systemClock,
    });
    return {
      lease,
      passTime: () => untilShortLeasesEnd(endpoint),
      // It tells no time: grants are by the caller's clock.
      nowMs: async () => Date.now(),
      inLine: (name) => lengthOfLine(etcd, name),
      async close() {
        await lease.close();
        await etcd.remove();
      },
    };
  });
});
