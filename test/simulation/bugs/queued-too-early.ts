/** `queued` is answered before the log has the order. */
import type { Bug } from './bug.ts';

export const queuedTooEarly: Bug = {
  name: 'queued-too-early',
  about:
    'Buyers are told `queued` once the stock store has their order and not once the log does: ' +
    'when the store loses its newest writes, the order that was promised is gone.',
  parts: { acceptAfter: 'outbox' },
};
