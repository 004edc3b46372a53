/** The record of changes, for whoever may look. */
import type { Hono } from 'hono';
import { invalidRequest } from '../../contract/invalid.ts';
import {
  changesQuerySchema,
  type OperatorChange,
  type OperatorChanges,
} from '../../contract/operator-changes.ts';
import { answer, json } from '../http/answer.ts';
import type { OrderBook } from '../settle/book.ts';
import { type ChangeRow, listChanges } from './changes-book.ts';

export function addChangeRoutes(routes: Hono, { book }: { book: OrderBook }): void {
  routes.get('/operator/changes', async (context) => {
    const query = changesQuerySchema.safeParse(context.req.query());
    if (!query.success) return answer(invalidRequest('query', query.error));
    const rows = await listChanges(book, query.data);
    const last = rows.length < query.data.limit ? undefined : rows.at(-1)?.id;
    const page: OperatorChanges = {
      changes: rows.map(changeOf),
      ...(last === undefined ? {} : { next: last }),
    };
    return json(page);
  });
}

function changeOf(row: ChangeRow): OperatorChange {
  const { id, operator, action, target, status, endedAtMs } = row;
  return {
    ...{ id, operator, action, outcome: outcomeOf(status), details: JSON.parse(row.details) },
    at: new Date(row.atMs).toISOString(),
    ...(target === '' ? {} : { target }),
    ...(status === null ? {} : { status }),
    ...(endedAtMs === null ? {} : { endedAt: new Date(endedAtMs).toISOString() }),
  };
}

function outcomeOf(status: number | null): OperatorChange['outcome'] {
  if (status === null) return 'begun';
  if (status < 400) return 'done';
  return status < 500 ? 'refused' : 'failed';
}
