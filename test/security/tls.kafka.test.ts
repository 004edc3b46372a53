/**
 * Kafka over TLS with SASL: the right authority and login serve; a wrong authority, a wrong
 * password, no TLS and no login are refused, with one line that says which and holds no password.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readTlsMaterial, type SaslLogin } from '../../origin/connection-security.ts';
import { createKafkaLog } from '../../origin/log/kafka-log.ts';
import { freePort } from '../flow/shop.ts';
import { serverFolder } from '../stack/addresses.ts';
import { accepts } from '../stack/are-up.ts';
import { runToEnd } from '../stack/processes.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { missingPrograms, type OwnServer, startServer } from './own-servers.ts';

const PASSWORD = 'the password of the log';
const WRONG = 'another password';
const jars = join(serverFolder('kafka'), 'libs');
const missing = (await missingPrograms('java', 'openssl')) ?? missingBroker();

/** The stack keeps the broker's jars; `npm run stack up` downloads them. */
function missingBroker(): string | undefined {
  try {
    readFileSync(join(jars, 'kafka-pom.xml'));
    return undefined;
  } catch {
    if (process.env.CI) throw new Error('no broker: run "npm run stack up" before the tests');
    return 'the stack has not downloaded a broker';
  }
}

describe.skipIf(missing)(`kafka with SASL over TLS (${missing ?? 'real'})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-kafka-tls-'));
  let certificates: Certificates;
  let kafka: OwnServer;

  beforeAll(async () => {
    certificates = makeCertificates(folder);
    const { server, authority } = certificates;
    const [port, controller] = [await freePort(), await freePort()];
    const store = join(folder, 'server.store.pem');
    writeFileSync(store, `${readFileSync(server.key)}${readFileSync(server.certificate)}`);
    const login = 'org.apache.kafka.common.security';
    const settings = {
      ...{ 'process.roles': 'broker,controller', 'node.id': 1 },
      listeners: `SASL_SSL://localhost:${port},CONTROLLER://localhost:${controller}`,
      'advertised.listeners': `SASL_SSL://localhost:${port}`,
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL',
      'inter.broker.listener.name': 'SASL_SSL',
      'controller.quorum.bootstrap.servers': `localhost:${controller}`,
      'log.dirs': join(folder, 'data'),
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': store,
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': authority,
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      'sasl.mechanism.inter.broker.protocol': 'PLAIN',
      'listener.name.sasl_ssl.plain.sasl.jaas.config':
        `${login}.plain.PlainLoginModule required username="sluice" password="${PASSWORD}" ` +
        `user_sluice="${PASSWORD}";`,
      ...Object.fromEntries(
        ['256', '512'].map((bits) => [
          `listener.name.sasl_ssl.scram-sha-${bits}.sasl.jaas.config`,
          `${login}.scram.ScramLoginModule required;`,
        ]),
      ),
      'auto.create.topics.enable': false,
      'offsets.topic.replication.factor': 1,
      'offsets.topic.num.partitions': 1,
      'transaction.state.log.replication.factor': 1,
      'transaction.state.log.min.isr': 1,
      'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    };
    const properties = join(folder, 'server.properties');
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(properties, lines.join(''));
    const java = ['-XX:+UseSerialGC', '-cp', join(jars, '*')];
    const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '-S',
      `${mechanism}=[name=sluice,password=${PASSWORD}]`,
    ]);
    const format = ['kafka.tools.StorageTool', 'format', '--standalone', '-c', properties];
    const args = [...java, '-Xmx128m', ...format, '-t', 'AAAAAAAAQACAAAAAAAAAAQ', ...users];
    await runToEnd({ program: 'java', args }, 60_000);
    const broker = [...java, '-Xms256m', '-Xmx256m', 'kafka.Kafka', properties];
    kafka = await startServer('java', broker, { port, cwd: folder });
    expect(await accepts({ host: '127.0.0.1', port })).toBe(true);
  });
  afterAll(async () => {
    await kafka?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Rejects with what a person reads; resolves once a barrier of work went through. */
  async function open(ca: string | undefined, sasl: SaslLogin | undefined) {
    const said: string[] = [];
    const note = (details: object, message: string) => {
      said.push(`${message} ${JSON.stringify(details)}`);
    };
    const material = { LOG_TLS: 'on', BOOK_TLS: 'off', LOG_TLS_CA_FILE: ca } as const;
    const tls = ca === undefined ? undefined : readTlsMaterial(material, 'LOG');
    const opened = createKafkaLog({
      ...{ brokers: [`localhost:${kafka.port}`], prefix: 'tls', tls, sasl },
      ...{ lanes: 1, partitions: 1, replication: 1 },
      logger: { debug: note, info: note, warn: note, error: note },
    });
    return opened.then(
      async (log) => {
        onTestFinished(() => log.close());
        await log.ping();
        return { refusal: '', said };
      },
      (error: unknown) => ({ refusal: error instanceof Error ? error.message : '', said }),
    );
  }

  const login = (mechanism: SaslLogin['mechanism'], password = PASSWORD): SaslLogin => ({
    ...{ mechanism, username: 'sluice', password },
  });

  test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'serves a login with %s',
    async (mechanism) => {
      expect((await open(certificates.authority, login(mechanism))).refusal).toBe('');
    },
  );

  test.each<[string, (of: Certificates) => string | undefined, SaslLogin | undefined, RegExp]>([
    ['a wrong CA', (of) => of.otherAuthority, login('plain'), /certificate/],
    [
      'a wrong password',
      (of) => of.authority,
      login('plain', WRONG),
      /login: .*[Aa]uthentication failed/,
    ],
    [
      'a wrong SCRAM password',
      (of) => of.authority,
      login('scram-sha-512', WRONG),
      /login: .*(SCRAM|SASL)/,
    ],
    ['no login', (of) => of.authority, undefined, /does not answer: ./],
    ['no TLS', () => undefined, login('scram-sha-256'), /does not answer: ./],
  ])('refuses %s', async (_name, caOf, sasl, reason) => {
    const { refusal, said } = await open(caOf(certificates), sasl);
    expect(refusal).toMatch(/^Kafka at localhost:\d+ (?:does not answer|refuses the login): /);
    expect(refusal).toMatch(reason);
    expect(refusal.split('\n')).toHaveLength(1);
    for (const line of [refusal, ...said]) {
      expect(line).not.toContain(PASSWORD);
      expect(line).not.toContain(WRONG);
    }
  });
});
