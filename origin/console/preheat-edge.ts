/**
 * Checks of the edge, asked from outside as a buyer's browser does: that it shows the sale as the
 * book has it, that the origin takes the passes that it signs, and that it takes ours.
 */
import type { PreheatCheckId } from '../../contract/console.ts';
import { numbersPath } from '../../contract/edge-numbers.ts';
import { LEADERBOARD_LIMITS } from '../../contract/leaderboard.ts';
import { PASS_HEADER } from '../../contract/pass.ts';
import { saleViewSchema } from '../../contract/sale.ts';
import type { Sale } from '../settle/book.ts';
import { pause } from '../timer.ts';
import { type Checker, type Finding, green, open, red } from './finding.ts';
import type { PreheatParts } from './preheat-parts.ts';

/** What was changed a moment ago is seen by the edge after two refreshes, each a second. */
const LOOK_AGAIN_AFTER_MS = 2_500;

type Ours = 'edge-sale' | 'edge-pass' | 'keys';

export function createEdgeChecks(parts: PreheatParts): Record<Ours & PreheatCheckId, Checker> {
  const { edgeUrl } = parts;
  const where = (check: (edgeUrl: string, sale: Sale) => Promise<Finding>): Checker => {
    return ({ sale }) => (edgeUrl === undefined ? NO_EDGE : check(edgeUrl, sale));
  };
  return {
    'edge-sale': where((url, sale) => checkSale(parts, url, sale)),
    'edge-pass': where((url, sale) => checkPass(parts, url, sale)),
    keys: where((url, sale) => checkKeys(parts, url, sale)),
  };
}

const NO_EDGE = open('EDGE_URL is not set', '未设置 EDGE_URL');

async function checkSale(parts: PreheatParts, edgeUrl: string, sale: Sale): Promise<Finding> {
  let seen = await lookAtSale(parts, edgeUrl, sale);
  if (!seen.ok) {
    await pause(LOOK_AGAIN_AFTER_MS);
    seen = await lookAtSale(parts, edgeUrl, sale);
  }
  return seen;
}

async function lookAtSale({ fetch }: PreheatParts, edgeUrl: string, sale: Sale): Promise<Finding> {
  const response = await fetch(new URL(`/api/sales/${sale.saleId}`, edgeUrl), {
    redirect: 'manual',
  });
  const view = saleViewSchema.safeParse(await response.json().catch(() => undefined));
  if (!response.ok || !view.success) {
    return red(
      [`it answers ${response.status}`, `边缘返回 ${response.status}`],
      [
        'Does ORIGIN_URL at the edge lead here, and EDGE_URL to the edge?',
        '请确认边缘的 ORIGIN_URL 指向本源站，且 EDGE_URL 指向边缘。',
      ],
    );
  }
  const other = termsOf(sale).filter(([name, value]) => view.data[name] !== value);
  if (other.length === 0) {
    return green(`as version ${sale.version} has it`, `与版本 ${sale.version} 一致`);
  }
  const names = other.map(([name]) => name).join(', ');
  return red(
    [`it shows another ${names}`, `边缘显示的内容不同：${names}`],
    [
      'It has another version, or another sale: wait some seconds, then see that ORIGIN_URL at ' +
        'the edge leads to this shop.',
      '它持有其他版本或其他活动：请等待数秒，并确认边缘的 ORIGIN_URL 指向本店。',
    ],
  );
}

/** What a buyer is shown and a version may change; the share and the rate are never shown. */
function termsOf(sale: Sale) {
  return [
    ['title', sale.title],
    ['price', sale.price],
    ['currency', sale.currency],
    ['units', sale.units],
    ['perBuyer', sale.perBuyer],
    ['opensAt', new Date(sale.opensAtMs).toISOString()],
    ['closesAt', new Date(sale.closesAtMs).toISOString()],
  ] as const;
}

/** The edge forwards this with a pass of its own. */
async function checkPass(
  { fetch }: PreheatParts,
  edgeUrl: string,
  { saleId }: Sale,
): Promise<Finding> {
  const path = `/api/sales/${saleId}/leaderboard?top=${LEADERBOARD_LIMITS.top}`;
  const response = await fetch(new URL(path, edgeUrl), { redirect: 'manual' });
  await response.body?.cancel();
  if (response.ok) return green('a forwarded request came through', '转发的请求已通过');
  return red(
    [
      `a request that it forwards gets ${response.status}`,
      `经边缘转发的请求得到 ${response.status}`,
    ],
    [
      'PASS_KEYS of the edge and of the origin must share a key, and their clocks agree within ' +
        '30 s.',
      '边缘与源站的 PASS_KEYS 必须有共同的密钥，且两边时钟相差不超过 30 秒。',
    ],
  );
}

/** Signed as the origin signs what it posts; an edge that does not know the key refuses it. */
async function checkKeys(
  { fetch, passes, nowMs }: PreheatParts,
  edgeUrl: string,
  { saleId }: Sale,
): Promise<Finding> {
  const path = numbersPath(saleId);
  const claims = { method: 'GET', path, body: '', buyerId: '', idempotencyKey: '' };
  const pass = passes.sign({ ...claims, timeMs: nowMs() });
  const response = await fetch(new URL(path, edgeUrl), {
    headers: { [PASS_HEADER]: pass },
    redirect: 'manual',
  });
  await response.body?.cancel();
  if (response.ok) return green('a signed request was taken', '签名的请求已被接受');
  return red(
    [`it answers ${response.status} to our signature`, `边缘对我方签名返回 ${response.status}`],
    [
      'The first key of PASS_KEYS here must be among those of the edge: deploy the edge with ' +
        'both first.',
      '本源站 PASS_KEYS 的第一个密钥必须在边缘的密钥之中：请先让边缘同时部署两个密钥。',
    ],
  );
}
