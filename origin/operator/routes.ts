/**
 * The operator API: sales, orders and audits, for whoever holds the operator token. Every change is
 * safe to repeat. It is not reachable through the edge.
 */
import { Hono } from 'hono';
import { equalInConstantTime } from '../../contract/hashing.ts';
import { orderIdSchema } from '../../contract/ids.ts';
import type { OperatorOrder } from '../../contract/operator.ts';
import type { Refusal } from '../../contract/outcomes.ts';
import type { Random } from '../../contract/random.ts';
import { newSaleSchema } from '../../contract/sale.ts';
import { bookOrderView } from '../admit/order-view.ts';
import { nodeHashing } from '../hashing.ts';
import { answer, json } from '../http/answer.ts';
import { parseBody, readBody } from '../http/body.ts';
import { judgeAudit } from '../reconcile/audit.ts';
import { readLedger } from '../reconcile/reconcile.ts';
import { createSale, type SaleStores, saleFrom } from '../sales/create-sale.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import type { Sale, SaleChange } from '../settle/book.ts';
import { operatorSaleView } from './sale-view.ts';

export interface OperatorRoutesOptions {
  token: string;
  stores: SaleStores;
  directory: SaleDirectory;
  payWindowMs: number;
  nowMs(): number;
  random: Random;
}

export function createOperatorRoutes(options: OperatorRoutesOptions): Hono {
  const { stores, directory, nowMs } = options;
  const routes = new Hono();
  const tokenHash = nodeHashing.sha256(`Bearer ${options.token}`);

  routes.use('/operator/*', async (context, next) => {
    // Hashes are compared, so that neither length nor content shows in the time it takes.
    const given = nodeHashing.sha256(context.req.header('authorization') ?? '');
    if (!equalInConstantTime(given, tokenHash)) return answer({ kind: 'forbidden' });
    await next();
  });

  async function show(sale: Sale, status = 200): Promise<Response> {
    const terms = await stores.stock.terms(sale.saleId);
    return json(operatorSaleView(sale, terms?.stock, nowMs()), status);
  }

  async function change(saleId: string, decide: (sale: Sale) => SaleChange | Refusal) {
    const sale = await directory.get(saleId);
    if (sale === undefined) return answer({ kind: 'unknown-sale' });
    const decision = decide(sale);
    if ('kind' in decision) return answer(decision);
    const changed = await stores.book.changeSale(saleId, decision);
    await directory.refresh();
    return changed === undefined ? answer({ kind: 'unknown-sale' }) : show(changed);
  }

  routes.get('/operator/sales', async () => {
    await directory.refresh();
    const sales = directory.known().map(async (sale) => {
      const terms = await stores.stock.terms(sale.saleId);
      return operatorSaleView(sale, terms?.stock, nowMs());
    });
    return json({ sales: await Promise.all(sales) });
  });

  routes.post('/operator/sales', async (context) => {
    const text = await readBody(context.req);
    if (text.kind !== 'text') return answer(text);
    const wanted = parseBody(newSaleSchema, text.text);
    if (wanted.kind !== 'parsed') return answer(wanted);
    const sale = saleFrom(wanted.value, options);
    const clash = directory.ofOrder(directory.tagOf(sale.saleId));
    if (clash !== undefined && clash.saleId !== sale.saleId) {
      return answer({
        kind: 'conflict',
        reason: `order ids would look like those of ${clash.saleId}`,
      });
    }
    const created = await createSale(stores, sale);
    if (created === 'conflict') {
      return answer({
        kind: 'conflict',
        reason: `the sale ${sale.saleId} exists with other terms`,
      });
    }
    await directory.refresh();
    return show((await directory.get(sale.saleId)) ?? sale, 201);
  });

  routes.get('/operator/sales/:saleId', async (context) => {
    await directory.refresh();
    const sale = await directory.get(context.req.param('saleId'));
    return sale === undefined ? answer({ kind: 'unknown-sale' }) : show(sale);
  });

  routes.post('/operator/sales/:saleId/open', (context) =>
    change(context.req.param('saleId'), (sale) =>
      nowMs() >= sale.closesAtMs
        ? { kind: 'conflict', reason: 'the sale has ended' }
        : { paused: false, opensAtMs: Math.min(sale.opensAtMs, nowMs()) },
    ),
  );
  routes.post('/operator/sales/:saleId/pause', (context) =>
    change(context.req.param('saleId'), () => ({ paused: true })),
  );
  routes.post('/operator/sales/:saleId/close', (context) =>
    change(context.req.param('saleId'), (sale) => ({
      closesAtMs: Math.min(sale.closesAtMs, nowMs()),
    })),
  );

  routes.get('/operator/sales/:saleId/audit', async (context) => {
    const saleId = context.req.param('saleId');
    const judgement = await readLedger(stores, saleId);
    const book = await stores.book.terms(saleId);
    if (judgement === undefined || book === undefined) return answer({ kind: 'unknown-sale' });
    const proof = await stores.book.proof(saleId);
    return json(judgeAudit({ saleId, judgement, book, proof }));
  });

  routes.get('/operator/orders/:orderId', async (context) => {
    const orderId = orderIdSchema.safeParse(context.req.param('orderId'));
    const order = orderId.success ? await stores.book.order(orderId.data) : undefined;
    if (order === undefined) return answer({ kind: 'unknown-order' });
    const view: OperatorOrder = {
      ...bookOrderView(order),
      buyerId: order.buyerId,
      settledAt: new Date(order.settledAtMs).toISOString(),
    };
    return json(view);
  });

  return routes;
}
