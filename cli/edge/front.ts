/**
 * What stands before the Worker inside workerd, where Cloudflare has its router: some paths are the
 * Worker's, all others are files. It is part of the Worker's own isolate, so an API request pays
 * one look at its path for it.
 */
import type { AssetFolder } from './assets.ts';
import { createAssets } from './serve-asset.ts';

export interface Worker {
  fetch(request: Request, bindings: unknown, context: unknown): Response | Promise<Response>;
}

export function inFrontOf(
  worker: Worker,
  { workerFirst, assets }: { workerFirst: string[]; assets: AssetFolder },
): Worker {
  const exact = new Set(workerFirst.filter((rule) => !rule.endsWith('*')));
  const prefixes = workerFirst
    .filter((rule) => rule.endsWith('*'))
    .map((rule) => rule.slice(0, -1));
  const serveAsset = createAssets(assets);
  return {
    fetch(request, bindings, context) {
      const path = pathOf(request.url);
      const isWorkers = exact.has(path) || prefixes.some((prefix) => path.startsWith(prefix));
      return isWorkers ? worker.fetch(request, bindings, context) : serveAsset(request);
    },
  };
}

/** Cheaper than a URL, for every request of a crowd. */
function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2);
  const query = url.indexOf('?', start);
  return query < 0 ? url.slice(start) : url.slice(start, query);
}
