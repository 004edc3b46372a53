/**
 * One member of the simulated log's group: it fetches what its partitions have, and hands it to the
 * product's own assignment, which knows where the book stands and when to go back.
 */
import { createAssignment } from '../../origin/log/kafka-assignment.ts';
import type { KafkaMember } from '../../origin/log/kafka-member.ts';
import type { LogConsumer, LogEntry, LogHandler } from '../../origin/log/log.ts';
import type { Logger } from '../../origin/logger.ts';
import type { Network } from './network.ts';
import type { Life, Schedule } from './schedule.ts';

/** Few, so that a slice often ends in the middle of what is there. */
const FETCH_ENTRIES = 5;

/** As the group knows it. */
export interface Member {
  life: Life;
  isIn: boolean;
  /** Since when it is stopped or dead. */
  silentSinceMs: number | undefined;
  /** The newest assignment that it heard of. */
  generation: number;
  assign(partitions: readonly number[]): void;
  /** There is something to fetch. */
  wake(): void;
}

export interface MemberOptions {
  schedule: Schedule;
  network: Network;
  life: Life;
  logger: Logger;
  handler: LogHandler;
  partitions: readonly (readonly LogEntry[])[];
  onFatal(life: Life, error: unknown): void;
}

export function joinGroup(options: MemberOptions): { member: Member; consumer: LogConsumer } {
  const { schedule, network, life, partitions } = options;
  const positions = new Map<number, bigint>();
  const fetched = new Set<number>();
  let isFetchDue = false;

  const assignment = createAssignment({
    topic: 'simulated',
    bounds: boundsOf(options),
    handler: options.handler,
    logger: options.logger,
    member: () => fetching,
    fail: (error) => options.onFatal(life, error),
  });
  const fetching: KafkaMember = {
    join: async () => {},
    leave: async () => {},
    commit: async () => {},
    seek: (partition, offset) => void positions.set(partition, offset),
    pause(paused) {
      for (const partition of paused) fetched.delete(partition);
    },
    resume(resumed) {
      for (const partition of resumed) fetched.add(partition);
      wake();
    },
  };

  function wake(): void {
    if (isFetchDue) return;
    isFetchDue = true;
    schedule.after(network.delayMs(), life, () => void fetch());
  }

  async function fetch(): Promise<void> {
    isFetchDue = false;
    if (network.away.has('log')) return wake();
    for (const partition of [...fetched]) {
      const from = Number(positions.get(partition) ?? Number.POSITIVE_INFINITY);
      const entries = partitions[partition]?.slice(from, from + FETCH_ENTRIES) ?? [];
      if (entries.length === 0) continue;
      const last = await assignment.take(partition, entries);
      if (last === undefined) continue;
      positions.set(partition, last + 1n);
      wake();
    }
  }

  function assign(mine: readonly number[]): void {
    fetched.clear();
    assignment.replace(mine);
  }

  return {
    member: { life, isIn: true, silentSinceMs: undefined, generation: 0, assign, wake },
    consumer: {
      stopped: new Promise<void>(() => {}),
      lag: async () => ({ messages: 0, seconds: 0 }),
      close: () => assignment.end(),
    },
  };
}

/** Nothing is ever deleted. */
function boundsOf({ network, life, partitions }: MemberOptions) {
  const bounds = () =>
    new Map(
      partitions.map((entries, partition) => [
        partition,
        { low: 0n, high: BigInt(entries.length) },
      ]),
    );
  const read = () => network.call({ life, store: 'log', carryOut: bounds });
  return { read, recent: read };
}
