/**
 * Requests to the API processes: each goes to one of them, takes its time both ways, and is never
 * answered when that process dies or is not up. An error that no route expects is a failure.
 */
import type { Api } from './roles.ts';
import type { World } from './world.ts';

export interface Request<Reply> {
  /** For the story. */
  about: string;
  ask(api: Api): Promise<Reply>;
  told?(reply: Reply, sentAtMs: number): void;
}

export interface Requests {
  send<Reply>(request: Request<Reply>): void;
}

export function createRequests(world: World): Requests {
  const { dice, schedule, network, tell, complain } = world;
  return {
    send({ about, ask, told }) {
      const process = dice.pick(world.processes.apis);
      const sentAtMs = schedule.nowMs();
      schedule.after(network.delayMs(), process.life, () => {
        if (process.api === undefined) return;
        void ask(process.api).then(
          (reply) =>
            schedule.after(network.delayMs(), undefined, () => {
              tell(`${about} at ${process.name}: ${describe(reply)}`);
              told?.(reply, sentAtMs);
            }),
          (error: unknown) => {
            tell(`${about} at ${process.name} failed: ${String(error)}`);
            if (!isExpected(error)) complain(`an unexpected error: ${stackOf(error)}`);
          },
        );
      });
    },
  };
}

/** What a route answers 500 or 503 for: a backend that gave no answer. */
function isExpected(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    ['no-answer', 'provider-unavailable'].includes(String(error.code))
  );
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function describe(reply: unknown): string {
  if (typeof reply !== 'object' || reply === null) return String(reply);
  const { kind, order, place, url, saleId } = reply as Record<string, unknown>;
  if (typeof order === 'object' && order !== null) {
    const { orderId, state, reason, closedBy } = order as Record<string, unknown>;
    return [kind, orderId, state, reason, closedBy].filter(Boolean).join(' ');
  }
  if (typeof place === 'object' && place !== null) {
    return `place ${String(Reflect.get(place, 'place'))}`;
  }
  return String(kind ?? (url === undefined ? saleId : `a page, ${String(url)}`));
}
