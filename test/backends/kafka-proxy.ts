/**
 * Stands between a log and the real Kafka and does what networks do: refuse, cut, and lose the
 * answer of a request that the broker has carried out. A log opens all its connections through
 * `connect`, since the broker tells clients its own address.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { addresses } from '../stack/addresses.ts';
import { createFrameReader, readAnsweredId, readRequestHead } from './kafka-frames.ts';

const PRODUCE_API_KEY = 0;

export interface KafkaProxy {
  connect(): Socket;
  /** The broker carries out the next produce request; its answer is lost with the connection. */
  loseNextAnswer(): void;
  lost(): number;
  /** The largest number of produce requests that were under way at one moment. */
  mostProducing(): number;
  /** Cuts all connections and takes no new ones. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  close(): Promise<void>;
}

interface State {
  sockets: Set<Socket>;
  /** How many answers are to be lost in all, and how many were. */
  wanted: number;
  lost: number;
  producing: number;
  mostProducing: number;
}

export async function startKafkaProxy(): Promise<KafkaProxy> {
  const state: State = {
    sockets: new Set(),
    wanted: 0,
    lost: 0,
    producing: 0,
    mostProducing: 0,
  };
  const server = createServer((client) => passThrough(client, state));
  const port = await listen(server, 0);
  let open = true;

  async function refuse() {
    if (!open) return;
    open = false;
    const closed = once(server, 'close');
    server.close();
    for (const socket of state.sockets) socket.destroy();
    await closed;
  }

  return {
    connect: () => connect({ host: '127.0.0.1', port }),
    loseNextAnswer() {
      state.wanted = state.lost + 1;
    },
    lost: () => state.lost,
    mostProducing: () => state.mostProducing,
    refuse,
    async accept() {
      await listen(server, port);
      open = true;
    },
    close: refuse,
  };
}

function passThrough(client: Socket, state: State): void {
  const { host, port } = addresses.kafka;
  const broker = connect({ host, port });
  const produced = new Set<number>();
  let loses = false;
  for (const socket of [client, broker]) {
    state.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      state.sockets.delete(socket);
      client.destroy();
      broker.destroy();
    });
  }
  const readRequests = createFrameReader((frame) => {
    const { apiKey, correlationId } = readRequestHead(frame);
    if (apiKey !== PRODUCE_API_KEY) return;
    if (state.lost < state.wanted) loses = true;
    produced.add(correlationId);
    state.producing += 1;
    state.mostProducing = Math.max(state.mostProducing, state.producing);
  });
  const readAnswers = createFrameReader((frame) => {
    if (produced.delete(readAnsweredId(frame))) state.producing -= 1;
  });
  client.on('data', (piece) => {
    readRequests(piece);
    broker.write(piece);
  });
  broker.on('data', (piece) => {
    readAnswers(piece);
    if (!loses) {
      client.write(piece);
      return;
    }
    state.lost += 1;
    client.destroy();
  });
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
