/**
 * Metrics of the process itself: Node's own, which roles it has, the leases it holds or lost, and
 * who came to it past the edge. Part of metrics.ts, for its length.
 */
import { Counter, collectDefaultMetrics, Gauge, type Registry } from 'prom-client';

/** Gauges whose names end as only a counter's may (OpenMetrics); others say the same by type. */
const MISNAMED = ['active_resources_total', 'active_handles_total', 'active_requests_total'];

/** Known from the start, so that the first of a reason counts as a growth. */
const PASS_REASONS = ['missing', 'malformed', 'unknown-key', 'expired', 'forged'];

/** A lease that is given back was not lost. */
export type LeaseEvent = 'held' | 'lost' | 'released';

export function createProcessMetrics(registers: Registry[], register: Registry) {
  collectDefaultMetrics({ register, prefix: 'sluice_' });
  for (const name of MISNAMED) register.removeSingleMetric(`sluice_nodejs_${name}`);
  const roles = new Gauge({
    name: 'sluice_role_info',
    help: 'A role that this process has; always 1.',
    labelNames: ['role'],
    registers,
  });
  const held = new Gauge({
    name: 'sluice_leases_held',
    help: 'Whether this process holds the lease of a role that runs once: 1 or 0.',
    labelNames: ['role'],
    registers,
  });
  const lost = new Counter({
    name: 'sluice_leases_lost_total',
    help: 'Leases that ended or passed to another process while this one held them.',
    labelNames: ['role'],
    registers,
  });
  const bypassed = new Counter({
    name: 'sluice_passes_refused_total',
    help: 'Requests that came without a valid pass of the edge, by what was wrong with it.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of PASS_REASONS) bypassed.inc({ reason }, 0);
  return {
    roles(names: readonly string[]) {
      for (const role of names) roles.set({ role }, 1);
    },
    lease(role: string, event: LeaseEvent) {
      held.set({ role }, event === 'held' ? 1 : 0);
      lost.inc({ role }, event === 'lost' ? 1 : 0);
    },
    passRefused(reason: string) {
      bypassed.inc({ reason });
    },
  };
}
