/**
 * Tells a broker that is away, which a consumer waits for, from everything else, which ends it: an
 * unknown codec, a refused group, a topic that was deleted. When in doubt it ends, since a consumer
 * that lives on doing nothing is worse than one that a supervisor starts again.
 */
const AWAY_NAMES: readonly unknown[] = [
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSLockTimeout',
];

/** What brokers answer while leaders and coordinators move. */
const AWAY_TYPES: readonly unknown[] = [
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'BROKER_NOT_AVAILABLE',
  'REPLICA_NOT_AVAILABLE',
  'KAFKA_STORAGE_ERROR',
  'NETWORK_EXCEPTION',
  'REQUEST_TIMED_OUT',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
];

/** Errors of kafkajs wrap each other; more levels than this would be a circle. */
const MOST_CAUSES = 10;

export function isBrokerAway(error: unknown): boolean {
  return hasCause(error, (cause) => {
    const type = 'type' in cause ? cause.type : undefined;
    return AWAY_NAMES.includes(cause.name) || AWAY_TYPES.includes(type);
  });
}

/** The broker does not know the user, or not with this password. */
export function isLoginRefused(error: unknown): boolean {
  return hasCause(error, ({ name }) => name === 'KafkaJSSASLAuthenticationError');
}

function hasCause(error: unknown, isIt: (cause: Error) => boolean): boolean {
  let current: unknown = error;
  for (let depth = 0; depth < MOST_CAUSES && current instanceof Error; depth += 1) {
    if (isIt(current)) return true;
    current = current.cause;
  }
  return false;
}
