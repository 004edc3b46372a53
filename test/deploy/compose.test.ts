/**
 * compose.yaml: every field is one of the Compose specification; the plain servers come without a
 * profile, at the ports of test/stack/, and everything listens on this machine only.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../origin/config.ts';
import { addresses } from '../stack/addresses.ts';
import { problemsOf } from './json-schema.ts';
import { composeSchema, missingGo } from './schemas.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

interface Service {
  image: string;
  profiles?: string[];
  command?: string[];
  ports?: string[];
  network_mode?: string;
  environment?: Record<string, string | number>;
  volumes?: string[];
  healthcheck?: { test: string[] };
}

const read = () => parse(readFileSync(join(ROOT, 'compose.yaml'), 'utf8'));
const compose = read();
const services = Object.entries<Service>(compose.services);
const missing = await missingGo();

describe.skipIf(missing !== undefined)(`its schema${missing ? `: ${missing}` : ''}`, () => {
  it('knows every field', { timeout: 180_000 }, async () => {
    const schema = await composeSchema();
    expect(problemsOf(compose, schema)).toEqual([]);
    const broken = read();
    broken.services.redis.healthcheck.intervall = '2s';
    broken.services.kafka.portz = [];
    broken.services.etcd.ports = 12379;
    expect(problemsOf(broken, schema)).toEqual([
      '/services/redis/healthcheck/intervall: is no field',
      '/services/kafka/portz: is no field',
      '/services/etcd/ports: is no array',
    ]);
  });
});

it('brings the plain servers alone, at the ports of the stack', () => {
  const plain = services.filter(([, { profiles }]) => profiles === undefined);
  expect(plain.map(([name]) => name)).toEqual(['redis', 'kafka', 'mariadb', 'etcd']);
  const ports = plain.flatMap(([, { ports = [] }]) => ports);
  const { redis, kafka, mariadb, etcd } = addresses;
  const expected = [redis, kafka, mariadb, etcd].map(({ host, port }) => `${host}:${port}:`);
  expect(ports.map((port) => port.replace(/\d+$/, ''))).toEqual(expected);
  for (const [name, { healthcheck }] of plain) expect(healthcheck, name).toBeDefined();
});

it.each(services)('%s is of a named version and on this machine only', (_name, service) => {
  expect(service.image).toMatch(/:v?\d+\.\d+(\.\d+)?$/);
  for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  if (service.network_mode !== 'host') return;
  const told = [...(service.command ?? []), ...Object.values(service.environment ?? {})].join(' ');
  expect(told).toContain('127.0.0.1');
  expect(told).not.toContain('0.0.0.0');
});

it('uses no port twice', () => {
  const all = services.flatMap(([, { ports = [], command = [], environment = {} }]) => [
    ...ports.flatMap((port) => port.split(':')[1] ?? []),
    ...command.flatMap((word) => /web\.listen-address=127\.0\.0\.1:(\d+)/.exec(word)?.[1] ?? []),
    ...Object.entries(environment).flatMap(([name, value]) =>
      /^(GF_SERVER_HTTP_PORT|SERVER_PORT)$/.test(name) ? String(value) : [],
    ),
  ]);
  expect(all.length).toBeGreaterThanOrEqual(12);
  expect(new Set(all).size).toBe(all.length);
});

it('mounts what is there, and names no volume that is not', () => {
  for (const [name, { volumes = [] }] of services) {
    for (const [source = ''] of volumes.map((volume) => volume.split(':'))) {
      const isThere = source.startsWith('./')
        ? existsSync(join(ROOT, source))
        : source in compose.volumes;
      expect(isThere, `${name}: ${source}`).toBe(true);
    }
  }
});

describe('whoever watches', () => {
  const yaml = (path: string) => parse(readFileSync(join(ROOT, path), 'utf8'));
  const listensAt = (name: string) => {
    const words: string[] = compose.services[name].command ?? [];
    const word = words.find((each) => each.startsWith('--web.listen-address='));
    return word?.split('=')[1];
  };

  it.each(services)('%s is given the files that its command names', (_name, service) => {
    const mounts = (service.volumes ?? []).map((volume) => volume.split(':'));
    for (const word of service.command ?? []) {
      const path = /^--config\.file=(.*)$/.exec(word)?.[1];
      if (path === undefined) continue;
      const [source = '', target = ''] =
        mounts.find(([from = '', to = '']) => from.startsWith('./') && path.startsWith(to)) ?? [];
      expect(existsSync(join(ROOT, source, path.slice(target.length))), path).toBe(true);
    }
  });

  it('Prometheus reads the origin, and tells the Alertmanager that is there', () => {
    const {
      alerting,
      scrape_configs: jobs,
      rule_files: rules,
    } = yaml('deploy/prometheus/prometheus.yml');
    expect(alerting.alertmanagers[0].static_configs[0].targets).toEqual([
      listensAt('alertmanager'),
    ]);
    const targets = new Map(
      jobs.map((job: { job_name: string; static_configs: { targets: string[] }[] }) => [
        job.job_name,
        job.static_configs[0]?.targets,
      ]),
    );
    const { ORIGIN_PORT: port } = parseConfig({
      PASS_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
      SANDBOX_SECRET: `whsec_${Buffer.alloc(32, 2).toString('base64')}`,
      OPERATOR_TOKEN: 'a'.repeat(32),
    });
    expect(targets.get('sluice')).toEqual([`127.0.0.1:${port}`]);
    expect(targets.get('prometheus')).toEqual([listensAt('prometheus')]);
    expect(rules).toEqual(['rules/*.yml']);
  });

  it('Alertmanager posts to the bridge, to a robot that it has', () => {
    const { receivers } = yaml('deploy/alertmanager/alertmanager.yml');
    const { targets } = yaml('deploy/alertmanager/dingtalk.yml');
    const urls: string[] = receivers.flatMap(
      ({ webhook_configs: hooks }: { webhook_configs: { url: string }[] }) =>
        hooks.map(({ url }) => url),
    );
    const robots = Object.keys(targets).map(
      (name) => `http://${listensAt('dingtalk')}/dingtalk/${name}/send`,
    );
    expect(new Set(urls)).toEqual(new Set(robots));
  });

  it('Grafana asks Prometheus, and finds its dashboards', () => {
    const folder = 'deploy/grafana/provisioning';
    const [source] = yaml(`${folder}/datasources/prometheus.yml`).datasources;
    expect(source.url).toBe(`http://${listensAt('prometheus')}`);
    const [provider] = yaml(`${folder}/dashboards/sluice.yml`).providers;
    const mounts: string[] = compose.services.grafana.volumes;
    expect(mounts).toContain(`./deploy/grafana/dashboards:${provider.options.path}:ro`);
    expect(mounts).toContain(`./${folder}:/etc/grafana/provisioning:ro`);
  });

  it.each(['prometheus', 'alertmanager', 'grafana', 'kafka-ui'])(
    '%s is asked where it is',
    (name) => {
      const { environment = {}, healthcheck }: Service = compose.services[name];
      const { GF_SERVER_HTTP_PORT: grafana, SERVER_PORT: other } = environment;
      const place = listensAt(name) ?? `127.0.0.1:${grafana ?? other}`;
      expect(healthcheck?.test.at(-1)).toContain(`http://${place}/`);
    },
  );
});
