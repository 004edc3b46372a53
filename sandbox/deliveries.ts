/**
 * Events that the shop has not taken yet. They are written in the transaction of the step that they
 * tell of and deleted after the shop's answer, so each is sent at least once, maybe more often.
 */
import type { SandboxEvent } from '../origin/pay/sandbox-wire.ts';
import type { SandboxDatabase } from './database.ts';

export interface Delivery {
  deliveryId: number;
  eventId: string;
  body: string;
  tries: number;
  createdAtMs: number;
}

export interface Deliveries {
  /** Inside the transaction of what the event tells of. */
  add(eventId: string, event: SandboxEvent, nowMs: number): void;
  /** What is to be sent now, the longest waiting first. */
  due(nowMs: number, limit: number): Delivery[];
  remove(deliveryId: number): void;
  tryAgain(deliveryId: number, atMs: number): void;
  count(): number;
}

export function createDeliveries(database: SandboxDatabase): Deliveries {
  const insert = database.prepare('insert-delivery');
  const selectDue = database.prepare('select-due-deliveries');
  const remove = database.prepare('delete-delivery');
  const delay = database.prepare('delay-delivery');
  const count = database.prepare('count-deliveries');
  return {
    add(eventId, event, nowMs) {
      insert.run(eventId, JSON.stringify(event), nowMs, nowMs);
    },
    due: (nowMs, limit) =>
      selectDue.all(nowMs, limit).map((row) => ({
        deliveryId: Number(row.delivery_id),
        eventId: String(row.event_id),
        body: String(row.body),
        tries: Number(row.tries),
        createdAtMs: Number(row.created_at_ms),
      })),
    remove(deliveryId) {
      remove.run(deliveryId);
    },
    tryAgain(deliveryId, atMs) {
      delay.run(atMs, deliveryId);
    },
    count: () => Number(count.get()?.waiting),
  };
}
