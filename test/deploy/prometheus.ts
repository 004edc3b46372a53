/**
 * A real Prometheus on a free port, with data of its own, that scrapes one origin each second and
 * evaluates the rules of deploy/prometheus.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { pause } from '../../origin/timer.ts';
import { freePort } from '../flow/shop.ts';
import { PROJECT } from './tools.ts';

const READY_WITHIN_MS = 60_000;

const answerSchema = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});

export interface Sample {
  labels: Record<string, string>;
  /** NaN where there is nothing to divide. */
  value: number;
}

export interface Prometheus {
  query(expression: string): Promise<Sample[]>;
  close(): Promise<void>;
}

export async function startPrometheus(originUrl: string): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-prometheus-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const configuration = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [join(PROJECT, 'deploy/prometheus/rules/*.yml')],
    scrape_configs: [
      { job_name: 'sluice', static_configs: [{ targets: [new URL(originUrl).host] }] },
    ],
  };
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, JSON.stringify(configuration));
  const flags = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${new URL(url).host}`,
    '--log.level=error',
  ];
  const child = spawn('prometheus', flags, { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = once(child, 'exit');
  let alive = true;
  void ended.then(() => {
    alive = false;
  });
  const close = async () => {
    if (alive) child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let waitedMs = 0; alive && waitedMs < READY_WITHIN_MS; waitedMs += 50) {
    const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (answer?.ok) return { query: (expression) => ask(url, expression), close };
    await pause(50);
  }
  await close();
  throw new Error('Prometheus did not get ready');
}

async function ask(url: string, expression: string): Promise<Sample[]> {
  const body = new URLSearchParams({ query: expression });
  const answer = await fetch(`${url}/api/v1/query`, { method: 'POST', body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${expression}: ${text}`);
  const { result } = answerSchema.parse(JSON.parse(text)).data;
  return result.map(({ metric: labels, value: [, value] }) => ({ labels, value: Number(value) }));
}
