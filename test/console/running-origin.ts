/** An origin on the embedded backends in the test's own process, with an operator and a viewer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../contract/clock.ts';
import { type LiveFrame, liveEndSchema, liveFrameSchema } from '../../contract/console.ts';
import { systemRandom } from '../../contract/random.ts';
import { parseConfig } from '../../origin/config.ts';
import { startOrigin } from '../../origin/wiring.ts';
import { freePort } from '../flow/shop.ts';
import { memoryLogger } from '../origin/fakes.ts';
import { LEAST_ENVIRONMENT } from '../origin/run-origin.ts';

export const ANNA = 'a'.repeat(24);
export const WATCH = 'w'.repeat(24);

export interface RunningOrigin {
  url: string;
  call(method: string, path: string, body?: unknown, token?: string): Promise<Response>;
  close(): Promise<void>;
}

export async function runOriginHere(): Promise<RunningOrigin> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  const config = parseConfig({
    ...LEAST_ENVIRONMENT,
    DATA_DIR: folder,
    ORIGIN_PORT: String(await freePort()),
    OPERATOR_TOKENS: `anna:operator:${ANNA},watch:viewer:${WATCH}`,
  });
  const origin = await startOrigin({
    config,
    clock: systemClock,
    random: systemRandom,
    logger: memoryLogger().logger,
    onFatal(error) {
      throw error;
    },
  });
  const url = `http://127.0.0.1:${origin.port}`;
  return {
    url,
    call: (method, path, body, token = ANNA) =>
      fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async close() {
      await origin.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export type LiveEvent =
  | { name: 'frame'; frame: LiveFrame }
  | { name: 'end'; reason: string }
  | { name: 'ping' };

/** Each event as it comes; ends with the stream. */
export async function* eventsOf(response: Response): AsyncGenerator<LiveEvent> {
  let text = '';
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    const whole = text.split('\n\n');
    text = whole.pop() ?? '';
    for (const event of whole) yield eventOf(event);
  }
}

function eventOf(text: string): LiveEvent {
  const [, name, data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(text) ?? [];
  if (name === 'frame') return { name, frame: liveFrameSchema.strict().parse(JSON.parse(data)) };
  if (name === 'end') return { name, reason: liveEndSchema.parse(JSON.parse(data)).reason };
  if (name === 'ping') return { name };
  throw new Error(`this is no event: ${text}`);
}
