/**
 * `sluice draw …`: shows, widens and seals the draw of a sale, and checks it as anybody can:
 * `verify` needs no token, only the shop's address. It ends with 0 when the proof holds (and the
 * buyer asked for was drawn), 1 when it does not or cannot be known yet, 3 when the buyer was not.
 */
import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { drawnFromMs } from '../contract/draw.ts';
import { checkProof, type DrawProof, drawProofSchema, stepsOf } from '../contract/draw-proof.ts';
import { buyerIdSchema } from '../contract/ids.ts';
import type { Environment } from '../origin/environment.ts';
import { nodeHashing } from '../origin/hashing.ts';
import { decimal } from './numbers.ts';
import { type OperatorClient, OperatorError } from './operator-client.ts';
import { parsePrintable } from './printable.ts';

const DEFAULT_SHOP_URL = 'http://127.0.0.1:8787';
/** The edge answers in milliseconds. */
const PATIENCE_MS = 30_000;
const NOT_DRAWN_EXIT_CODE = 3;

interface VerifyOptions {
  buyer?: string;
  at?: string;
  commitment?: string;
  url?: string;
  json?: boolean;
}

export interface DrawCommandsOptions {
  connect(): OperatorClient;
  environment(): Environment;
}

export function addDrawCommands(program: Command, options: DrawCommandsOptions): void {
  const { connect, environment } = options;
  const draw = program.command('draw').description('the draw of a sale, and its proof');
  const pathOf = (saleId: string) => `/operator/sales/${encodeURIComponent(saleId)}/draw`;

  draw
    .command('show <sale>')
    .description('shows the hash of the seed, to be published before the opening, and the share')
    .option('--json', 'prints the answer as JSON')
    .action(async (saleId: string, { json }: { json?: boolean }) => {
      print(await connect().get(pathOf(saleId), drawProofSchema), json);
    });

  draw
    .command('widen <sale>')
    .description('lets a larger share of the crowd in, some seconds from now or later')
    .requiredOption('--share <fraction>', 'never less than before, at most 1', decimal)
    .option('--at <time>', 'such as 2026-11-11T00:10:00Z', instant)
    .option('--json', 'prints the answer as JSON')
    .action(async (saleId: string, wish: { share: number; at?: string; json?: boolean }) => {
      const body = { share: wish.share, at: wish.at };
      print(await connect().post(`${pathOf(saleId)}/share`, drawProofSchema, body), wish.json);
    });

  draw
    .command('beacon <sale> <text>')
    .description('mixes a public text into the seed: once, at least 65 s before the opening')
    .option('--json', 'prints the answer as JSON')
    .action(async (saleId: string, beacon: string, { json }: { json?: boolean }) => {
      print(await connect().post(`${pathOf(saleId)}/beacon`, drawProofSchema, { beacon }), json);
    });

  draw
    .command('verify <sale>')
    .description('checks the published proof, and what became of a buyer')
    .option('--buyer <id>', 'whose number to compute', buyerId)
    .option('--at <time>', 'whether drawn by then; else by the end of the sale', instant)
    .option('--commitment <hash>', 'the hash of the seed that was published before the opening')
    .option('--url <address>', `of the shop (default: SHOP_URL, else ${DEFAULT_SHOP_URL})`)
    .option('--json', 'prints what was found as JSON')
    .action(async (saleId: string, verify: VerifyOptions) => {
      const url = verify.url ?? environment().SHOP_URL ?? DEFAULT_SHOP_URL;
      const found = verdictOf(await fetchProof(url, saleId), verify);
      if (verify.json) console.log(JSON.stringify(found));
      else console.log(tell(found, verify));
      if (found.proof !== 'holds') process.exitCode = 1;
      else if (found.drawn === false) process.exitCode = NOT_DRAWN_EXIT_CODE;
    });
}

interface Found {
  proof: 'holds' | 'broken' | 'sealed';
  seedHash: string;
  revealsAt: string;
  buyer?: string;
  number?: number;
  drawn?: boolean;
  /** When the share became wide enough; absent when it never did. */
  drawnFrom?: string;
}

function verdictOf(proof: DrawProof, { buyer, at, commitment }: VerifyOptions): Found {
  const checked = checkProof(nodeHashing, proof, commitment ?? proof.seedHash);
  const { seedHash, revealsAt, closesAt } = proof;
  const found: Found = { proof: checked.kind, seedHash, revealsAt };
  if (checked.kind !== 'holds' || buyer === undefined) return found;
  const number = checked.numberOf(buyer);
  const fromMs = drawnFromMs(stepsOf(proof), number);
  const drawn = fromMs !== undefined && fromMs <= Date.parse(at ?? closesAt);
  const since = fromMs === undefined ? {} : { drawnFrom: new Date(fromMs).toISOString() };
  return { ...found, buyer, number, drawn, ...since };
}

function tell(found: Found, { commitment, at }: VerifyOptions): string {
  const { proof, seedHash, revealsAt, buyer, number, drawn, drawnFrom } = found;
  if (proof === 'sealed') return `the seed of ${seedHash} is published at ${revealsAt}`;
  if (proof === 'broken') {
    return `the proof does not hold: the seed is not that of ${commitment ?? seedHash}`;
  }
  const against = commitment === undefined ? 'the hash shown with it' : 'the commitment';
  const holds = `the seed fits ${against}, ${seedHash}`;
  if (buyer === undefined) return holds;
  const by = at === undefined ? '' : ` by ${at}`;
  const verdict = drawn ? `drawn${by}` : `not drawn${by}`;
  const since = drawnFrom === undefined ? 'no share was wide enough' : `share since ${drawnFrom}`;
  return `${holds}\n${buyer}  number ${number}  ${verdict}  ${since}`;
}

async function fetchProof(url: string, saleId: string): Promise<DrawProof> {
  const address = `${url.replace(/\/$/, '')}/api/sales/${encodeURIComponent(saleId)}/draw`;
  const response = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(
    (cause: unknown) => {
      throw new OperatorError(`no shop answers at ${url}; give --url`, undefined, cause);
    },
  );
  const body = parsePrintable(await response.text().catch(() => ''));
  if (response.status === 404) throw new OperatorError(`${url} has no sale ${saleId}`, 404);
  const proof = drawProofSchema.safeParse(body);
  if (proof.success) return proof.data;
  throw new OperatorError(`${url} answered ${response.status}, and no proof`, response.status);
}

function print(proof: DrawProof, json: boolean | undefined): void {
  if (json) {
    console.log(JSON.stringify(proof));
    return;
  }
  const { saleId, seedHash, beacon, shareSteps, seed } = proof;
  const steps = shareSteps.map(({ at, share }) => `${share} from ${at}`).join(', ');
  const mixed = beacon === undefined ? 'no beacon' : `beacon ${beacon.value}`;
  const secret = seed === undefined ? `seed at ${proof.revealsAt}` : `seed ${seed}`;
  console.log([saleId, `hash ${seedHash}`, mixed, `share ${steps}`, secret].join('  '));
}

function instant(text: string): string {
  // Without a zone it would be this machine's.
  const parsed = z.iso.datetime({ offset: true }).safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError('must be like 2026-11-11T00:10:00Z.');
  return new Date(parsed.data).toISOString();
}

function buyerId(text: string): string {
  const parsed = buyerIdSchema.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError(`${parsed.error.issues[0]?.message}.`);
  return parsed.data;
}
