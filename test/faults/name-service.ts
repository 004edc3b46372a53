/**
 * Loaded into a process before its program (`node --import`): the names under `sluice.test` are
 * 127.0.0.1 as long as the file that NAMES_FILE names is there, and nobody knows them when it is
 * gone. All other names are asked for as ever.
 */
import dns from 'node:dns';
import { existsSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const OWN_NAMES = /\.sluice\.test$/;
const file = process.env.NAMES_FILE ?? '';
const ask = dns.lookup;

type Answer = (error: Error | null, address?: unknown, family?: number) => void;

function lookup(name: string, ...rest: [options: dns.LookupOptions, answer: Answer] | [Answer]) {
  const answer = rest.at(-1) as Answer;
  const options = rest.length === 2 ? rest[0] : {};
  if (!OWN_NAMES.test(name)) {
    ask(name, options, answer);
  } else if (!existsSync(file)) {
    const error = new Error(`getaddrinfo ENOTFOUND ${name}`);
    process.nextTick(answer, Object.assign(error, { code: 'ENOTFOUND', hostname: name }));
  } else {
    const found = options.all === true ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1';
    process.nextTick(answer, null, found, 4);
  }
}

dns.lookup = lookup as typeof dns.lookup;
syncBuiltinESMExports();
