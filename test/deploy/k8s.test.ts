/**
 * The manifests of deploy/k8s: every field is one that Kubernetes knows, of its type; and what the
 * schemas cannot say: no request is lost in a roll-out, no process has rights that it does not
 * need, labels and names meet, and the origin takes the settings that the ConfigMap gives it.
 */
import { describe, expect, it } from 'vitest';
import { parseConfig, ROLES } from '../../origin/config.ts';
import { SECRET_VARIABLES } from '../../origin/secret-files.ts';
import { problemsOf } from './json-schema.ts';
import { definitionOf, type Manifest, readFolder } from './manifests.ts';
import { kubernetesSchema, missingGo, scaledObjectSchema } from './schemas.ts';

/** What origin/main.ts gives a drain before it ends the process. */
const DRAIN_MS = 25_000;
/** Until every proxy has taken a process that stops off its list. */
const PROXIES_NOTICE_MS = 5_000;

/** What the files of the Secret would hold. */
const SECRETS: Record<string, string> = {
  STOCK_URL: 'rediss://redis:6379',
  BOOK_URL: 'mysql://sluice:password@mysql:3306/sluice',
  LEASE_URL: 'etcd://etcd:2379',
  PASS_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  OPERATOR_TOKENS: `anna:operator:${'a'.repeat(32)}`,
  STRIPE_SECRET_KEY: 'sk_live_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
};

const base = readFolder('base');
const keda = readFolder('keda');
const monitoring = readFolder('monitoring');
const ofKind = (kind: string) => base.manifests.filter((manifest) => manifest.kind === kind);
const deployments = ofKind('Deployment');
const named = deployments.map((manifest) => [manifest.metadata.name, manifest] as const);
const missing = await missingGo();

describe.skipIf(missing !== undefined)(`the schemas${missing ? `: ${missing}` : ''}`, () => {
  it('of Kubernetes know every field', { timeout: 180_000 }, async () => {
    const schema = await kubernetesSchema();
    const judge = (manifest: Manifest) =>
      problemsOf(manifest, schema.$defs[definitionOf(manifest)] ?? missingKind(manifest), schema);
    expect(base.manifests.flatMap(judge)).toEqual([]);

    const broken = structuredClone(deployments[0] as Manifest);
    broken.spec.template.spec.containers[0].readinesProbe = {};
    broken.spec.replicas = '3';
    delete broken.spec.selector;
    expect(judge(broken)).toEqual([
      '/spec/selector: is missing',
      '/spec/replicas: is no number',
      '/spec/template/spec/containers/0/readinesProbe: is no field',
    ]);
  });

  it('of KEDA know every field', { timeout: 180_000 }, async () => {
    const schema = await scaledObjectSchema();
    const [scaled] = keda.manifests;
    expect(problemsOf(scaled, schema)).toEqual([]);
    const broken = structuredClone(scaled as Manifest);
    broken.spec.poolingInterval = 1;
    expect(problemsOf(broken, schema)).toEqual(['/spec/poolingInterval: is no field']);
  });
});

describe('the folders', () => {
  it.each([
    ['base', base],
    ['keda', keda],
    ['monitoring', monitoring],
  ])('%s lists each of its files', (_name, { listed, found }) => {
    expect([...listed].sort()).toEqual([...found].sort());
  });

  it('put what they scale and watch with into the same namespace', () => {
    const others = [...keda.manifests, ...monitoring.manifests];
    expect(base.namespace).toBe(ofKind('Namespace')[0]?.metadata.name);
    expect(others.map(({ metadata }) => metadata.namespace)).toEqual([
      base.namespace,
      base.namespace,
    ]);
  });
});

describe.each(named)('%s', (_name, { spec, metadata }) => {
  const pod = spec.template.spec;
  const [container] = pod.containers;
  const isApi = metadata.name === 'sluice-api';
  const variables: { name: string; value: string }[] = container.env;
  const delayMs = Number(variables.find(({ name }) => name === 'SHUTDOWN_DELAY_MS')?.value);

  it('is rolled out without fewer processes, and each may drain', () => {
    expect(spec.strategy.rollingUpdate.maxUnavailable).toBe(0);
    expect(spec.replicas).toBeGreaterThanOrEqual(isApi ? 3 : 2);
    // Only who is asked by others goes on serving until all of them have seen that it leaves.
    expect(delayMs).toBeGreaterThanOrEqual(isApi ? PROXIES_NOTICE_MS : 0);
    expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(delayMs + DRAIN_MS);
  });

  it('is left out of nobody’s selector', () => {
    const { labels } = spec.template.metadata;
    expect(labels).toMatchObject(spec.selector.matchLabels);
    expect(metadata.labels).toMatchObject(spec.selector.matchLabels);
    const budgets = ofKind('PodDisruptionBudget').filter((budget) =>
      isOf(labels, budget.spec.selector.matchLabels),
    );
    expect(budgets.map((budget) => budget.spec.maxUnavailable)).toEqual([1]);
  });

  it('has no right that it does not need', () => {
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('is limited, and asked whether it lives', () => {
    expect(Object.keys(container.resources.limits).sort()).toEqual(['cpu', 'memory']);
    expect(container.livenessProbe.httpGet.path).toBe('/healthz');
    expect(container.startupProbe.httpGet.path).toBe('/readyz');
    // An outage of a backend that all share must not take every process off the Service.
    expect(container.readinessProbe.httpGet.path).toBe('/healthz');
    const ports = container.ports.map(({ name }: { name: string }) => name);
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
      expect(ports).toContain(container[probe].httpGet.port);
    }
  });

  it('starts with its settings', () => {
    const given = { ...ofKind('ConfigMap')[0]?.data };
    for (const { name, value } of variables) given[name] = value;
    expect(() => parseConfig(withSecrets(given))).not.toThrow();
    const mount = container.volumeMounts[0].mountPath;
    const files = Object.entries(given).filter(([name]) => name.endsWith('_FILE'));
    expect(files.filter(([, path]) => !path.startsWith(`${mount}/`))).toEqual([]);
  });
});

describe('together they', () => {
  it('have every role', () => {
    const roles = deployments.flatMap(({ spec }) => spec.template.spec.containers[0].env[0].value);
    expect(roles.join(',').split(',').sort()).toEqual([...ROLES].sort());
  });

  it('are let through the network where they have to be', () => {
    const api = deployments[0]?.spec.template.metadata.labels;
    const policies = ofKind('NetworkPolicy').map(({ spec }) => spec);
    expect(policies.filter(({ podSelector }) => isOf(api, podSelector.matchLabels))).toHaveLength(
      2,
    );
    const service = ofKind('Service')[0]?.spec;
    expect(isOf(api, service.selector)).toBe(true);
    expect(service.ports[0].targetPort).toBe('http');
    expect(monitoring.manifests[0]?.spec.podMetricsEndpoints[0].port).toBe('http');
  });

  it('reach what their settings name', () => {
    const [all] = ofKind('NetworkPolicy').map(({ spec }) => spec);
    for (const { spec } of deployments) {
      expect(isOf(spec.template.metadata.labels, all.podSelector.matchLabels)).toBe(true);
    }
    const open: number[] = all.egress.flatMap(({ ports }: { ports: { port: number }[] }) =>
      ports.map(({ port }) => port),
    );
    const { LOG_URL = '', ...settings } = { ...ofKind('ConfigMap')[0]?.data };
    const addresses = Object.values({ ...settings, ...SECRETS }).filter((value) =>
      /^\w+:\/\//.test(value),
    );
    const brokers = LOG_URL.replace('kafka://', '').split(',');
    const needed = [...addresses, ...brokers.map((broker) => `kafka://${broker}`)].map(portOf);
    // Besides: names, and a collector of traces.
    expect(new Set(open)).toEqual(new Set([53, ...needed, 4318]));
    expect(
      all.egress[0].ports.map(({ protocol }: { protocol: string }) => protocol).sort(),
    ).toEqual(['TCP', 'UDP']);
  });

  it('are scaled within the log’s partitions', () => {
    const { scaleTargetRef, minReplicaCount, maxReplicaCount } = keda.manifests[0]?.spec ?? {};
    const settle = deployments.find(({ metadata }) => metadata.name === scaleTargetRef.name);
    expect(minReplicaCount).toBe(settle?.spec.replicas);
    const partitions = Number(ofKind('ConfigMap')[0]?.data?.LOG_PARTITIONS);
    expect(maxReplicaCount).toBeLessThanOrEqual(partitions);
  });
});

function isOf(labels: Record<string, string>, wanted: Record<string, string>): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

function portOf(address: string): number {
  const { port, protocol } = new URL(address);
  return Number(port || { 'https:': 443, 'http:': 80 }[protocol]);
}

function missingKind({ apiVersion, kind }: Manifest): never {
  throw new Error(`Kubernetes has no ${apiVersion} ${kind}`);
}

/** With the Secret's files in place of their names; a name that holds no secret is refused. */
function withSecrets(given: Record<string, string>): Record<string, string> {
  const known: readonly string[] = SECRET_VARIABLES;
  const entries = Object.entries(given).map(([name, value]) => {
    const secret = name.replace(/_FILE$/, '');
    if (secret === name) return [name, value];
    if (!known.includes(secret)) throw new Error(`${name} is read by nobody`);
    return [secret, SECRETS[secret] ?? ''];
  });
  return Object.fromEntries(entries);
}
