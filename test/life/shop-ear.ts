/** The shop's own server: takes notices, and keeps which came how often. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ShopEar {
  url: string;
  /** How often each notice came, by its `webhook-id`, in the order of their first coming. */
  notices: Map<string, number>;
  close(): void;
}

export async function openShopEar(): Promise<ShopEar> {
  const notices = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const deliveryId = String(request.headers['webhook-id']);
    notices.set(deliveryId, (notices.get(deliveryId) ?? 0) + 1);
    for await (const _ of request);
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/notices`, notices, close: () => void server.close() };
}
