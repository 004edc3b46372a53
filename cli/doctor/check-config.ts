/**
 * The configuration, by the origin's own reading of it: every bad variable at once. What is good
 * serves the other parts, so that one mistake does not hide another; a backend whose own settings
 * are bad is not looked at.
 */
import { type Config, ConfigError, parseConfig } from '../../origin/config.ts';
import type { Environment } from '../../origin/environment.ts';
import { type Finding, findingsOf } from './finding.ts';

export interface ConfigFound {
  findings: Finding[];
  /** Undefined when too much lacks to look further. */
  config: Config | undefined;
  /** Variables that were left out of it. */
  bad: readonly string[];
}

export function checkConfig(environment: Environment): ConfigFound {
  try {
    const config = parseConfig(environment);
    const findings = [findingsOf('config', 'variables')('ok', 'every variable is good')];
    return { findings: [...findings, ...hints(config, environment)], config, bad: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const findings = error.message.split('\n').map(findingOf);
    const bad = [...new Set(findings.map(({ name }) => name))];
    return { findings, config: parseRest(environment, bad), bad };
  }
}

/** `NAME: what is wrong; for example NAME=…`. */
function findingOf(line: string): Finding {
  const [, name = '', problem = line] = /^([A-Z_]+): (.*)$/.exec(line) ?? [];
  const [detail = '', ...advice] = problem.split(/; (?=for example )/);
  const found = findingsOf('config', name);
  return found('fail', detail, advice.length === 0 ? undefined : advice.join('; '));
}

function parseRest(environment: Environment, bad: readonly string[]): Config | undefined {
  const rest = Object.entries(environment).filter(([name]) => !bad.includes(name));
  try {
    return parseConfig(Object.fromEntries(rest));
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

/** Allowed, and yet seldom what is wanted. */
function hints(config: Config, { NODE_ENV }: Environment): Finding[] {
  const { EDGE_URL, LOG_REPLICATION, LOG_URL, ACCEPT_AFTER } = config;
  const found: Finding[] = [];
  if (EDGE_URL === undefined) {
    found.push(
      findingsOf('config', 'EDGE_URL')(
        'warn',
        'is not set: open pages hear of their orders only when they ask',
        'set it to where the edge is, such as EDGE_URL=https://shop.example',
      ),
    );
  }
  if (NODE_ENV === 'production' && LOG_URL.startsWith('kafka:') && LOG_REPLICATION < 3) {
    found.push(
      findingsOf('config', 'LOG_REPLICATION')(
        'warn',
        `is ${LOG_REPLICATION}: a broker that loses its disk may lose orders answered queued`,
        'run three brokers or more, and set LOG_REPLICATION=3',
      ),
    );
  }
  if (ACCEPT_AFTER === 'outbox') {
    found.push(
      findingsOf('config', 'ACCEPT_AFTER')(
        'warn',
        'is outbox: what the stock store loses is lost, though it was answered queued',
        'leave it at log unless the time of an answer matters more',
      ),
    );
  }
  return found;
}
