/** `npm run bench <name>`: runs one measurement, or all that need no argument. */
import { accept } from './accept.ts';
import { backPressure } from './back-pressure.ts';
import { direct } from './direct.ts';
import { edgeRefusal } from './edge-refusal.ts';
import { edgeServers } from './edge-servers.ts';
import { feed } from './feed.ts';
import { leaderboard } from './leaderboard.ts';
import { planetscale } from './planetscale.ts';
import { rateGate } from './rate-gate.ts';
import { recovery } from './recovery.ts';
import { settle } from './settle.ts';
import { sustained } from './sustained.ts';
import { traces } from './traces.ts';
import { upstash } from './upstash.ts';
import { waitlist } from './waitlist.ts';

const BENCHES: Record<string, () => Promise<void>> = {
  accept: () => accept('servers'),
  embedded: () => accept('embedded'),
  direct,
  settle,
  waitlist,
  leaderboard,
  feed,
  recovery,
  planetscale,
  upstash,
  'back-pressure': backPressure,
  traces,
  'edge-refusal': edgeRefusal,
  'rate-gate': rateGate,
  'edge-servers': edgeServers,
  sustained: () => sustained(Number(process.env.ORDERS_PER_SECOND ?? 12_000)),
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(' ')}; there are: ${Object.keys(BENCHES).join(' ')}`);
  process.exit(2);
}
for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
  console.log(`\n## ${name}\n`);
  await BENCHES[name]?.();
}
