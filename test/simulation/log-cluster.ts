/**
 * The order log of a simulated world: partitions in memory, an append that may be durable in some
 * of them only, and a group that gives partitions to its members. Members consume by the product's
 * own assignment; one that is stopped for longer than its session loses its partitions without
 * knowing it, and goes on with what it has in hand when it wakes up.
 */
import {
  decodeRecord,
  type EncodedRecord,
  encodeBarrier,
  encodeReservations,
} from '../../contract/log/codec.ts';
import type { LogConsumer, LogEntry, LogHandler, OrderLog } from '../../origin/log/log.ts';
import type { Logger } from '../../origin/logger.ts';
import type { Dice } from './dice.ts';
import { joinGroup, type Member } from './log-member.ts';
import { type Network, NoAnswerError } from './network.ts';
import type { Life, Schedule } from './schedule.ts';

/** A member that is not heard of for so long is out. */
export const SESSION_MS = 3_000;

export interface LogCluster {
  /** A log as one process sees it. */
  openFor(life: Life, logger: Logger): OrderLog;
  /** The partitions go round, as after a deployment. */
  rebalance(): void;
  /** Says who is out of the group; called from time to time. */
  watchSessions(): void;
  /** The ids of all orders that it ever took. */
  orderIds: ReadonlySet<string>;
}

export interface LogClusterOptions {
  schedule: Schedule;
  network: Network;
  dice: Dice;
  partitions: number;
  lanes: number;
  /** A consumer met an error that ends its process. */
  onFatal(life: Life, error: unknown): void;
}

const LOG_NAME = 'simulated';

export function createLogCluster(options: LogClusterOptions): LogCluster {
  const { schedule, network } = options;
  const partitions: LogEntry[][] = Array.from({ length: options.partitions }, () => []);
  const members: Member[] = [];
  const orderIds = new Set<string>();
  let turn = 0;

  function put(partition: number, value: Uint8Array): bigint {
    const entries = partitions[partition] ?? [];
    const offset = BigInt(entries.length);
    entries.push({ partition, offset, value, appendedAtMs: schedule.nowMs() });
    for (const member of members) member.wake();
    return offset;
  }

  function rebalance(): void {
    turn += 1;
    const generation = turn;
    const inGroup = members.filter(({ isIn }) => isIn);
    inGroup.forEach((member, index) => {
      const mine = partitions
        .map((_, partition) => partition)
        .filter((partition) => (partition + turn) % inGroup.length === index);
      schedule.after(network.delayMs(), member.life, () => {
        // Word of an older round that came late is no news.
        if (generation < member.generation) return;
        member.generation = generation;
        member.assign(mine);
      });
    });
  }

  function watchSessions(): void {
    for (const member of members) if (comesOrGoes(member, schedule.nowMs())) rebalance();
  }

  function append(records: readonly EncodedRecord[]): void {
    for (const { key, value } of records) {
      put(partitionOf(key, partitions), value);
      const record = decodeRecord(value);
      if (record.kind !== 'reserved') throw new Error('the log was given something else');
      for (const { orderId } of record.reservations) orderIds.add(orderId);
    }
  }

  function barrier(value: Uint8Array): Map<number, bigint> {
    return new Map(partitions.map((_, partition) => [partition, put(partition, value)]));
  }

  return {
    openFor: (life, logger) =>
      openLog(options, { life, append, barrier }, (handler) => {
        const { member, consumer } = joinGroup({ ...options, life, logger, handler, partitions });
        members.push(member);
        rebalance();
        return consumer;
      }),
    rebalance,
    watchSessions,
    orderIds,
  };
}

/** Whether a member is out of the group, or in it again. */
function comesOrGoes(member: Member, nowMs: number): boolean {
  const { isDead, isPaused } = member.life;
  const isSilent = isDead || isPaused;
  if (!isSilent) member.silentSinceMs = undefined;
  else member.silentSinceMs ??= nowMs;
  const silentMs = nowMs - (member.silentSinceMs ?? nowMs);
  const wasIn = member.isIn;
  member.isIn = wasIn ? silentMs < SESSION_MS : !isSilent;
  return member.isIn !== wasIn;
}

interface Servers {
  life: Life;
  append(records: readonly EncodedRecord[]): void;
  barrier(value: Uint8Array): Map<number, bigint>;
}

/** The log as one process has it. */
function openLog(
  { network, dice, lanes }: LogClusterOptions,
  { life, append, barrier }: Servers,
  consume: (handler: LogHandler) => LogConsumer,
): OrderLog {
  /** One send at a time, as the product's producer does. */
  let sending: Promise<unknown> = Promise.resolve();
  function send<Value>(carryOut: () => Value): Promise<Value> {
    const sent = sending.then(() =>
      network.call({ life, store: 'log', carryOut, isRepeated: true }),
    );
    sending = sent.catch(() => {});
    return sent;
  }

  return {
    name: LOG_NAME,
    async append(reservations) {
      const records = encodeReservations(reservations, lanes);
      if (records.length === 0) return;
      await send(() => {
        const isPartial = records.length > 1 && dice.chance(network.faults.answerLost);
        if (!isPartial) return append(records);
        append(records.slice(0, dice.whole(0, records.length - 1)));
        throw new NoAnswerError('log: some partitions took it');
      });
    },
    barrier: (wanted) => send(() => barrier(encodeBarrier(wanted))),
    consume: async (handler) => consume(handler),
    ping: () => network.call({ life, store: 'log', carryOut: () => {} }),
    risks: async () => [],
    close: async () => {},
  };
}

function partitionOf(key: string, partitions: readonly unknown[]): number {
  let sum = 0;
  for (let index = 0; index < key.length; index += 1)
    sum = (sum * 31 + key.charCodeAt(index)) >>> 0;
  return sum % partitions.length;
}
