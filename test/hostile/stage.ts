/**
 * One origin on the embedded backends, a border that can be broken, and edges in front of it: each
 * a process of its own with memory and objects of its own, as isolates in different cities have.
 */
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { type Child, startEdge } from '../../cli/processes.ts';
import type { NewSale } from '../../contract/sale.ts';
import { openSale } from '../flow/sale.ts';
import { freePort, openShop, type Shop } from '../flow/shop.ts';
import { type Told, told } from '../origin/http/edge-stand-in.ts';
import { type Border, openBorder } from './border.ts';

export interface Stage {
  shop: Shop;
  originUrl: string;
  border: Border;
  edgeUrls: string[];
  openSale(terms: Partial<NewSale> & { saleId: string }): Promise<unknown>;
  /** The value of an Authorization header of the shop. */
  tokenOf(buyerId: string): Promise<string>;
  /** One click of one buyer at one edge. */
  click(click: Click): Promise<Told>;
  close(): Promise<void>;
}

export interface Click {
  saleId: string;
  buyerId: string;
  /** `click-of-<buyerId>` unless given. */
  idempotencyKey?: string;
  body?: string;
  edge?: number;
  headers?: Record<string, string>;
}

/** Past FORWARD_TIMEOUT_MS and what a busy machine adds to it: nothing may hang beyond. */
export const PATIENCE_MS = 25_000;

export async function openStage({ edges = 1 } = {}): Promise<Stage> {
  const shop = await openShop('embedded');
  try {
    return await setUp(shop, edges);
  } catch (error) {
    // What has started would outlive the tests.
    await shop.close();
    throw error;
  }
}

async function setUp(shop: Shop, edges: number): Promise<Stage> {
  const { url: originUrl } = await shop.startOrigin();
  const border = await openBorder(originUrl);
  const started: Child[] = [];
  const edgeUrls: string[] = [];
  for (let index = 0; index < edges; index += 1) {
    const port = String(await freePort());
    const url = `http://127.0.0.1:${port}`;
    const environment = {
      ...shop.environment,
      PORT: port,
      ORIGIN_URL: border.url,
      DATA_DIR: join(shop.environment.DATA_DIR ?? '', `edge-${index}`),
    };
    started.push(await startEdge(environment, url));
    edgeUrls.push(url);
  }
  const key = new TextEncoder().encode(shop.environment.BUYER_JWT_SECRET);
  const tokenOf = async (sub: string) =>
    `Bearer ${await new SignJWT({ sub }).setProtectedHeader({ alg: 'HS256' }).sign(key)}`;

  return {
    ...{ shop, originUrl, border, edgeUrls, tokenOf },
    openSale: (terms) => openSale(shop, terms),
    async click({ saleId, buyerId, idempotencyKey, body, edge = 0, headers = {} }) {
      const response = await fetch(`${edgeUrls[edge]}/api/sales/${saleId}/orders`, {
        method: 'POST',
        headers: {
          'idempotency-key': idempotencyKey ?? `click-of-${buyerId}`,
          authorization: await tokenOf(buyerId),
          ...headers,
        },
        body: body ?? '{"quantity":1}',
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      return told(response);
    },
    async close() {
      await Promise.all(started.map((edge) => edge.stop()));
      await border.close();
      await shop.close();
    },
  };
}
