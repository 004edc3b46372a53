/** Stands before a real server: passes requests on and keeps them, with what came back. */
import { type RecordedRequest, startScriptedServer } from './scripted-server.ts';

export interface RecordingProxy {
  url: string;
  requests: (RecordedRequest & { status: number })[];
  /** The next answer, in place of the server's. */
  answerOnce(body: unknown): void;
  close(): Promise<void>;
}

/** Of a request, what the server behind looks at. */
const PASSED_ON = ['authorization', 'content-type', 'idempotency-key', 'stripe-version'];

export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const requests: RecordingProxy['requests'] = [];
  const prepared: unknown[] = [];
  const server = await startScriptedServer(async (request) => {
    const answer =
      prepared.length > 0 ? { status: 200, body: prepared.shift() } : await pass(target, request);
    requests.push({ ...request, status: answer.status });
    return answer;
  });
  return {
    url: server.url,
    requests,
    answerOnce: (body) => prepared.push(body),
    close: () => server.close(),
  };
}

async function pass(target: string, { line, headers, body }: RecordedRequest) {
  const [method = '', path = ''] = line.split(' ');
  const kept = PASSED_ON.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as [string, string]] : [];
  });
  const response = await fetch(`${target}${path}`, {
    method,
    headers: kept,
    ...(method === 'POST' ? { body } : {}),
  });
  return { status: response.status, body: await response.json() };
}
