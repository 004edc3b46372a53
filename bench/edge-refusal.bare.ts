/** The yardstick of bench/edge-refusal.ts: a Worker with one Hono route that answers with text. */
import { Hono } from 'hono';

const app = new Hono();
app.post('/api/sales/:saleId/orders', (context) => context.text('no'));

export default app;
