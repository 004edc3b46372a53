/**
 * Mends one fault of kafkajs 2.2.4: after its first request every connection starts a timer of 1 ms
 * that starts itself again for ever, whether anything waits or not (a negative delay, of which Node
 * warns as TimeoutNegativeWarning). Two idle connections cost 4 % of a core with it and 0.3 %
 * without, and a busy one sends 330 batches a second with it and 960 without. Only a queue that
 * holds something needs it.
 */
import { createRequire } from 'node:module';
import { systemClock } from '../../contract/clock.ts';

/** Between two looks at a queue that is full for another reason than the broker's throttling. */
const LOOK_AGAIN_MS = 10;

/** The members of kafkajs's RequestQueue that the mended method touches. */
interface RequestQueue {
  pending: readonly unknown[];
  /** Milliseconds since the epoch; -1 when the broker does not throttle. */
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

/** For the whole process; harmless when repeated. */
export function mendKafkaTimers(): void {
  const load = createRequire(import.meta.url);
  const queueClass: { prototype: RequestQueue } = load('kafkajs/src/network/requestQueue');
  queueClass.prototype.scheduleCheckPendingRequests = function schedule(this: RequestQueue) {
    if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return;
    const throttledMs = this.throttledUntil - systemClock.nowMs();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttledMs > 0 ? throttledMs : LOOK_AGAIN_MS,
    );
  };
}
