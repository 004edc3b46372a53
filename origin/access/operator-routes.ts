/** Who may buy in a sale: shown, changed, cleared. Every change is safe to repeat. */
import type { Context, Hono } from 'hono';
import { ACCESS_LIMITS } from '../../contract/access.ts';
import { toBase64Url } from '../../contract/base64url.ts';
import { saleIdSchema } from '../../contract/ids.ts';
import { invalidRequest } from '../../contract/invalid.ts';
import {
  accessQuerySchema,
  changeAccessSchema,
  clearAccessSchema,
  type SaleAccess,
} from '../../contract/operator-access.ts';
import type { Random } from '../../contract/random.ts';
import { answer, json } from '../http/answer.ts';
import { readParsed } from '../http/body.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import type { OrderBook } from '../settle/book.ts';
import { type AccessRefused, changeAccess, showAccess } from './access.ts';
import { clearAccess } from './clear-access.ts';

/** 128 bits: without it nobody tries names on a list. */
const SALT_BYTES = 16;

export interface AccessRoutesOptions {
  book: OrderBook;
  directory: SaleDirectory;
  random: Random;
}

export function addAccessRoutes(routes: Hono, options: AccessRoutesOptions): void {
  const { book, directory, random } = options;

  async function tell(changed: SaleAccess | AccessRefused): Promise<Response> {
    if (changed === 'unknown-sale') return answer({ kind: 'unknown-sale' });
    if (changed === 'too-many') {
      const reason = `a sale has at most ${ACCESS_LIMITS.entries} entries; nothing was changed`;
      return answer({ kind: 'conflict', reason });
    }
    // The edge hears of it at its next look.
    await directory.refresh();
    return json(changed);
  }

  routes.get('/operator/sales/:saleId/access', async (context) => {
    const saleId = saleIdOf(context);
    if (saleId === undefined) return answer({ kind: 'unknown-sale' });
    const query = accessQuerySchema.safeParse(context.req.query());
    if (!query.success) return answer(invalidRequest('query', query.error));
    const page = await showAccess(book, saleId, query.data);
    return page === undefined ? answer({ kind: 'unknown-sale' }) : json(page);
  });

  routes.post('/operator/sales/:saleId/access', async (context) => {
    const wanted = await readParsed(context.req, changeAccessSchema);
    if (wanted.kind !== 'parsed') return answer(wanted);
    const saleId = saleIdOf(context);
    if (saleId === undefined) return answer({ kind: 'unknown-sale' });
    const freshSalt = toBase64Url(random.bytes(SALT_BYTES));
    return tell(await changeAccess(book, { ...wanted.value, saleId, freshSalt }));
  });

  routes.post('/operator/sales/:saleId/access/clear', async (context) => {
    const wanted = await readParsed(context.req, clearAccessSchema);
    if (wanted.kind !== 'parsed') return answer(wanted);
    const saleId = saleIdOf(context);
    if (saleId === undefined) return answer({ kind: 'unknown-sale' });
    return tell(await clearAccess(book, { saleId, kind: wanted.value.kind }));
  });
}

function saleIdOf(context: Context): string | undefined {
  const parsed = saleIdSchema.safeParse(context.req.param('saleId'));
  return parsed.success ? parsed.data : undefined;
}
