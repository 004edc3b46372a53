/** `sluice access …`: who may buy in a sale. */
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { ACCESS_LIMITS, type AccessKind, accessKindSchema } from '../contract/access.ts';
import {
  type AccessPage,
  accessPageSchema,
  type SaleAccess,
  saleAccessSchema,
} from '../contract/operator-access.ts';
import { oneOrMore } from './numbers.ts';
import { type OperatorClient, OperatorError } from './operator-client.ts';
import { walkPages } from './pages.ts';
import { showProgress } from './progress.ts';

/** The origin takes 8 kB; the rest is for what stands around the entries. */
const MAX_BATCH_CHARACTERS = 7_000;
/** The comma. */
const BETWEEN_ENTRIES = 1;

interface ListedOptions {
  file?: string;
  remove?: boolean;
  json?: boolean;
}

interface ShowOptions {
  kind: string;
  limit: number;
  json?: boolean;
}

export function addAccessCommands(
  program: Command,
  { connect }: { connect(): OperatorClient },
): void {
  const access = program.command('access').description('who may buy in a sale');
  const listing: [name: string, kind: AccessKind, what: string][] = [
    ['allow', 'allow', 'lists buyers; from then on only listed ones may buy'],
    ['block', 'block', 'keeps buyers out'],
    ['codes', 'code', 'adds presale codes; from then on only who has one, or is listed, may buy'],
  ];
  for (const [name, kind, what] of listing) {
    access
      .command(`${name} <sale> [entries...]`)
      .description(what)
      .option('--file <path>', 'reads more of them, one a line; - for standard input')
      .option('--remove', 'takes them off instead; the mode stays')
      .option('--json', 'prints the answer as JSON')
      .action(async (saleId: string, given: string[], options: ListedOptions) => {
        const entries = [...given, ...linesOf(options.file)];
        if (entries.length === 0) throw new OperatorError(`nothing to ${name}: give --file`);
        const changed = await change(connect(), { saleId, kind, entries, options });
        print(changed, options.json);
      });
  }
  addShow(access, connect);
  access
    .command('clear <sale>')
    .description('takes all off; without --kind everybody may buy then')
    .addOption(new Option('--kind <kind>', 'only these').choices(accessKindSchema.options))
    .option('--json', 'prints the answer as JSON')
    .action(async (saleId: string, { kind, json }: { kind?: AccessKind; json?: boolean }) => {
      const path = `${pathOf(saleId)}/clear`;
      print(await connect().post(path, saleAccessSchema, { kind }), json);
    });
}

function addShow(access: Command, connect: () => OperatorClient): void {
  access
    .command('show <sale>')
    .description('shows the mode, how many entries there are, and listed buyers')
    .addOption(
      new Option('--kind <kind>', 'whom to show').choices(['allow', 'block']).default('allow'),
    )
    .option('--limit <count>', 'how many at most', oneOrMore, 100)
    .option('--json', 'prints one JSON object: mode, counts and buyers')
    .action(async (saleId: string, { kind, limit, json }: ShowOptions) => {
      let first: AccessPage | undefined;
      const buyers: string[] = [];
      const found = walkPages(connect(), {
        path: pathOf(saleId),
        kind,
        schema: accessPageSchema,
        itemsOf: (page) => {
          first ??= page;
          return page.buyers;
        },
        limit,
      });
      for await (const buyerId of found) buyers.push(buyerId);
      if (first === undefined) return;
      const { next: _next, ...shown } = first;
      if (json) console.log(JSON.stringify({ ...shown, buyers }));
      else for (const line of [lineOf(shown), ...buyers]) console.log(line);
    });
}

const pathOf = (saleId: string) => `/operator/sales/${encodeURIComponent(saleId)}/access`;

/**
 * In as many requests as it takes. The mode comes with the first, so that a list which is only
 * half there lets no stranger in; repeated after a failure it comes to the same.
 */
async function change(
  client: OperatorClient,
  wanted: { saleId: string; kind: AccessKind; entries: string[]; options: ListedOptions },
): Promise<SaleAccess> {
  const { saleId, kind, entries, options } = wanted;
  const name = kind === 'code' ? 'presaleCodes' : kind;
  let mode = options.remove ? undefined : await modeFor(client, saleId, kind);
  let changed: SaleAccess | undefined;
  const progress = showProgress(saleId, entries.length);
  try {
    for (const batch of batchesOf(entries)) {
      const listed = { [name]: batch };
      const body = options.remove ? { remove: listed } : { mode, add: listed };
      changed = await client.post(pathOf(saleId), saleAccessSchema, body);
      progress.step(batch.length);
      mode = undefined;
    }
  } finally {
    progress.end();
  }
  if (changed === undefined) throw new OperatorError('nothing was changed');
  return changed;
}

/** Whom `allow` lists keep their way in where codes are asked for. */
async function modeFor(client: OperatorClient, saleId: string, kind: AccessKind) {
  if (kind === 'block') return undefined;
  if (kind === 'code') return 'code';
  const { mode } = await client.get(`${pathOf(saleId)}?limit=1`, accessPageSchema);
  return mode === 'code' ? undefined : 'listed';
}

function* batchesOf(entries: readonly string[]): Generator<string[]> {
  let batch: string[] = [];
  let characters = 0;
  for (const entry of entries) {
    // As it is written in JSON: a quote or a backslash is two characters there.
    const length = JSON.stringify(entry).length + BETWEEN_ENTRIES;
    const isFull = batch.length === ACCESS_LIMITS.entriesARequest;
    if (batch.length > 0 && (isFull || characters + length > MAX_BATCH_CHARACTERS)) {
      yield batch;
      batch = [];
      characters = 0;
    }
    batch.push(entry);
    characters += length;
  }
  if (batch.length > 0) yield batch;
}

/** Standard input is file 0. */
function linesOf(file: string | undefined): string[] {
  if (file === undefined) return [];
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    throw new OperatorError(`${file} cannot be read`, undefined, cause);
  }
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

function print(access: SaleAccess, json: boolean | undefined): void {
  console.log(json ? JSON.stringify(access) : lineOf(access));
}

const WHO = {
  everybody: 'everybody may buy',
  listed: 'only listed buyers may buy',
  code: 'only who has a code, or is listed, may buy',
};

function lineOf({ saleId, mode, counts }: Omit<SaleAccess, 'version'>): string {
  const { allow, block, code } = counts;
  return `${saleId}: ${WHO[mode]}; ${allow} listed, ${block} blocked, ${code} codes`;
}
