/**
 * A whole shop on this machine: the origin, the edge and the payment sandbox, with a demo sale.
 * Makes up what is not given (secrets are kept in DATA_DIR), starts each as a process of its own,
 * prints the page's URL last, and ends all when it is ended or one of them stops.
 */
import { systemClock } from '../contract/clock.ts';
import { processEnvironment } from '../origin/environment.ts';
import { SecretFileError } from '../origin/secret-files.ts';
import { createDemoSale } from './demo-sale.ts';
import { createOperatorClient } from './operator-client.ts';
import {
  type Child,
  ensurePortIsFree,
  StartError,
  startEdge,
  startOrigin,
  startSandbox,
} from './processes.ts';
import { ensureSecrets, SecretsError, secretsFile } from './secrets.ts';

const DEMO_SALE = 'demo';

export interface RunHereOptions {
  /** The origin starts again when its code changes, the edge is bundled anew. */
  watch?: boolean;
  /** Prints where everything is as one JSON object. */
  json?: boolean;
}

/** Resolves when all is up; what happens from then on, and a failure, ends the process. */
export async function runHere(options: RunHereOptions): Promise<void> {
  const children: Child[] = [];
  let ending: Promise<void> | undefined;
  function end(exitCode: number): void {
    ending ??= Promise.all(children.map((child) => child.stop())).then(() =>
      process.exit(exitCode),
    );
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end(0));
  try {
    await start({
      ...options,
      spawned: (child) => void children.push(child),
      isEnding: () => ending !== undefined,
    });
    for (const child of children) {
      void child.ended.then((why) => {
        if (ending === undefined) console.error(`sluice: ${why}`);
        end(1);
      });
    }
  } catch (error) {
    const known = [StartError, SecretsError, SecretFileError].some((kind) => error instanceof kind);
    const told = error instanceof StartError && error.told;
    // Ended by the user, or explained by the process that failed: nothing is left to say.
    if (ending === undefined && !told)
      console.error(known ? `sluice: ${(error as Error).message}` : error);
    end(1);
  }
}

interface StartSteps extends RunHereOptions {
  spawned(child: Child): void;
  /** The user may have ended it: what is started then would be forgotten. */
  isEnding(): boolean;
}

async function start({ watch = false, json, spawned, isEnding }: StartSteps): Promise<void> {
  const given = processEnvironment();
  const dataDir = given.DATA_DIR ?? '.sluice';
  const port = Number(given.PORT ?? 8787);
  const originPort = Number(given.ORIGIN_PORT ?? 8788);
  const originUrl = given.ORIGIN_URL ?? `http://127.0.0.1:${originPort}`;
  const sandboxPort = Number(given.SANDBOX_PORT ?? 8790);
  const sandboxUrl = given.SANDBOX_URL ?? `http://127.0.0.1:${sandboxPort}`;
  const shopUrl = given.SHOP_URL ?? `http://127.0.0.1:${port}`;
  const secrets = ensureSecrets(dataDir, given);
  const environment = {
    ...given,
    ...secrets,
    DATA_DIR: dataDir,
    PORT: String(port),
    ORIGIN_PORT: String(originPort),
    ORIGIN_URL: originUrl,
    ALLOW_GUESTS: given.ALLOW_GUESTS ?? 'on',
    SHOP_URL: shopUrl,
    EDGE_URL: given.EDGE_URL ?? `http://127.0.0.1:${port}`,
    SANDBOX_URL: sandboxUrl,
    SANDBOX_PORT: String(sandboxPort),
    SANDBOX_DATA_DIR: dataDir,
    SANDBOX_EVENTS_URL:
      given.SANDBOX_EVENTS_URL ?? `http://127.0.0.1:${port}/api/payments/sandbox/events`,
  };
  await ensurePortIsFree('PORT', port);
  await ensurePortIsFree('ORIGIN_PORT', originPort);
  const takesNoMoney = (given.PAYMENT_PROVIDER ?? 'sandbox') === 'sandbox';
  if (takesNoMoney) await ensurePortIsFree('SANDBOX_PORT', sandboxPort);

  await startOrigin(environment, originUrl, { watch, spawned });
  if (isEnding()) return;
  if (takesNoMoney) await startSandbox(environment, sandboxUrl, { spawned });
  if (isEnding()) return;
  const url = `http://127.0.0.1:${port}`;
  await startEdge(environment, url, { watch, spawned });
  const saleId = given.DEMO === 'off' ? undefined : DEMO_SALE;
  if (saleId !== undefined) {
    const client = createOperatorClient(originUrl, secrets.OPERATOR_TOKEN);
    const hint = await createDemoSale(client, { saleId, nowMs: systemClock.nowMs() });
    if (hint !== undefined) (json ? console.error : console.log)(hint);
  }
  if (json) {
    console.log(JSON.stringify({ url, originUrl, saleId }));
    return;
  }
  const token = given.OPERATOR_TOKEN === undefined ? `of ${secretsFile(dataDir)}` : 'you set';
  console.log(`Operate it at ${originUrl}/operator with the OPERATOR_TOKEN ${token}`);
  if (saleId === undefined) console.log(`Sluice is open at ${url}`);
  else console.log(`Buy one at ${url}/s/${saleId}`);
}
