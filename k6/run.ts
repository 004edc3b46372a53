/**
 * `npm run k6 -- smoke|load [--servers] [--per-second 500] [--seconds 10]`: a shop of its own, a
 * sale, the journey by k6, and then the proof from the book: units sold beyond the stock and orders
 * that were promised and are not there. Exit code 1 when there is one of either, or when k6's
 * thresholds broke.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { contradictions, type Told } from '../test/faults/history.ts';
import { heldAgainstBook } from '../test/flow/promises.ts';
import { auditAtRest, openSale } from '../test/flow/sale.ts';
import { missingServers, openShop, type Shop } from '../test/flow/shop.ts';

/** Fewer than buyers, so that the sale sells out in the middle of the run. */
const UNITS: Record<string, number> = { smoke: 20, load: 1_000 };
const SALE_ID = 'k6';
const USAGE = 'usage: npm run k6 -- smoke|load [--servers] [--per-second 500] [--seconds 10]';

const call = readCall();
if (call === undefined) {
  console.error(USAGE);
  process.exit(2);
}
if (spawnSync('k6', ['version']).error !== undefined) {
  console.error('k6 is not installed; get it with: go install go.k6.io/k6@latest');
  process.exit(1);
}
// Ctrl-C reaches k6 as well, which then ends its run; what was started here is ended below.
process.on('SIGINT', () => {});
process.exitCode = await run(call);

interface Call {
  shape: string;
  kind: 'embedded' | 'servers';
  /** For the shape: PER_SECOND and SECONDS when they are given. */
  environment: Record<string, string>;
}

function readCall(): Call | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        servers: { type: 'boolean', default: false },
        'per-second': { type: 'string' },
        seconds: { type: 'string' },
      },
    });
    const [shape = '', ...more] = positionals;
    if (!(shape in UNITS) || more.length > 0) return undefined;
    const numbers = { PER_SECOND: values['per-second'], SECONDS: values.seconds };
    const given = Object.entries(numbers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    if (given.some(([, value]) => !/^[1-9]\d{0,5}$/.test(value))) return undefined;
    const kind = values.servers ? 'servers' : 'embedded';
    return { shape, kind, environment: Object.fromEntries(given) };
  } catch {
    // A flag that is not known.
    return undefined;
  }
}

async function run({ shape, kind, environment }: Call): Promise<number> {
  const missing = await missingServers(kind);
  if (missing !== undefined) {
    console.error(missing);
    return 1;
  }
  const shop = await openShop(kind);
  const folder = mkdtempSync(join(tmpdir(), 'sluice-k6-'));
  try {
    await shop.startOrigin();
    const edgeUrl = await shop.startEdge();
    await openSale(shop, { saleId: SALE_ID, units: UNITS[shape] ?? 1 });
    const toldFile = join(folder, 'told.log');
    const script = fileURLToPath(new URL(`./${shape}.js`, import.meta.url));
    const passed = await runK6(shop, script, toldFile, { ...environment, EDGE_URL: edgeUrl });
    return (await proof(shop, readTold(toldFile))) && passed ? 0 : 1;
  } finally {
    await shop.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** False when a threshold broke or the run could not be made. */
async function runK6(
  shop: Shop,
  script: string,
  toldFile: string,
  environment: Record<string, string>,
): Promise<boolean> {
  const output = ['--console-output', toldFile, '--log-format', 'raw', '--no-usage-report'];
  const child = spawn('k6', ['run', '--quiet', ...output, script], {
    env: { ...process.env, ...shop.environment, SALE_ID, ...environment },
    stdio: 'inherit',
  });
  const [exitCode] = await once(child, 'exit');
  return exitCode === 0;
}

/** The promises that the journey printed; other lines are complaints, which are shown. */
function readTold(file: string): Told[] {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return lines.flatMap((line): Told[] => {
    if (line.startsWith('{')) return [{ answer: '202', ...JSON.parse(line) }];
    if (line !== '') console.error(line);
    return [];
  });
}

/** Holds the book against what buyers were told. */
async function proof(shop: Shop, history: Told[]): Promise<boolean> {
  const { proof: book, terms, findings } = await auditAtRest(shop, SALE_ID);
  const oversold = Math.max(0, book.reservedUnits + book.paidUnits - terms.units);
  const lost = await heldAgainstBook(shop, history);
  const sins = [...findings, ...lost, ...contradictions(history)];
  for (const sin of sins) console.error(`- ${sin}`);
  console.log(
    `\nby the book: ${book.reservedUnits} of ${terms.units} units reserved, ${history.length} ` +
      `orders promised; oversold ${oversold}, lost ${lost.length}`,
  );
  return oversold === 0 && sins.length === 0;
}
