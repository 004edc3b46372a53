/**
 * The Durable Object of the result feed: one shard of one sale's open pages, `<saleId>:<shard>`.
 * Its sockets hibernate: while nothing happens the object is not in memory, and each socket carries
 * its buyer with it, under whose id it is found again. Nothing is stored but the next time to look
 * for sockets that nobody reads.
 */
import { DurableObject } from 'cloudflare:workers';
import { systemClock } from '../../contract/clock.ts';
import { FEED_CLOSE_CODES, FEED_PING, FEED_PONG } from '../../contract/feed.ts';
import { afterPush, type FeedAttachment, isOver, newAttachment } from './feed-sockets.ts';

/** Of its buyer, since an object is asked by the Worker only; a URL would end up in logs. */
export const BUYER_HEADER = 'sluice-buyer';
/** A few tabs and a phone. The oldest makes room: it may be one that is gone without a word. */
export const MAX_SOCKETS_A_BUYER = 4;
/** An eighth of what the platform allows an object: its pushes take 50 ms then. */
export const MAX_SOCKETS = 4_000;
const LOOK_EVERY_MS = 60_000;

/** A message for all open pages of one buyer. */
export interface FeedPush {
  buyerId: string;
  text: string;
}

export class ResultFeed extends DurableObject {
  /** Undefined: to be counted. What closes unheard stays in until it is counted anew. */
  #sockets: number | undefined;
  /** Whether the next look is known to be planned. */
  #isWatched = false;

  constructor(context: DurableObjectState, bindings: Cloudflare.Env) {
    super(context, bindings);
    context.setWebSocketAutoResponse(new WebSocketRequestResponsePair(FEED_PING, FEED_PONG));
  }

  /** The Worker has judged who it is and where the page is from; the answer is the page's. */
  override async fetch(request: Request): Promise<Response> {
    const buyerId = request.headers.get(BUYER_HEADER);
    if (buyerId === null) throw new RangeError('a feed is opened for a buyer');
    this.#sockets ??= this.ctx.getWebSockets().length;
    if (this.#sockets >= MAX_SOCKETS) return new Response(null, { status: 503 });
    const { 0: client, 1: server } = new WebSocketPair();
    this.#makeRoom(buyerId);
    this.ctx.acceptWebSocket(server, [buyerId]);
    server.serializeAttachment(newAttachment(buyerId, systemClock.nowMs()));
    this.#sockets += 1;
    if (!this.#isWatched) await this.#watch();
    return new Response(null, { status: 101, webSocket: client });
  }

  /** How many sockets were sent something. Waits for none of them. */
  push(pushes: readonly FeedPush[]): number {
    let sent = 0;
    for (const { buyerId, text } of pushes) {
      // The tag finds them; what they carry says whose they are.
      for (const socket of this.ctx.getWebSockets(buyerId)) {
        if (this.#send(socket, { buyerId, text })) sent += 1;
      }
    }
    return sent;
  }

  /** Only what is not a ping comes here. */
  override webSocketMessage(socket: WebSocket): void {
    drop(socket, FEED_CLOSE_CODES.notAllowed, 'nothing is taken here');
  }

  override webSocketClose(): void {
    if (this.#sockets !== undefined) this.#sockets = Math.max(0, this.#sockets - 1);
  }

  override webSocketError(): void {
    this.webSocketClose();
  }

  override async alarm(): Promise<void> {
    const nowMs = systemClock.nowMs();
    let left = 0;
    for (const socket of this.ctx.getWebSockets()) {
      const attachment = attachmentOf(socket);
      const pingedAtMs = this.#pingedAtMs(socket);
      if (attachment === undefined || isOver(attachment, { nowMs, pingedAtMs })) {
        drop(socket, FEED_CLOSE_CODES.again, 'connect again');
      } else left += 1;
    }
    // Those that it dropped are still there, and each takes itself off when it has closed.
    this.#sockets = undefined;
    this.#isWatched = left > 0;
    if (left > 0) await this.ctx.storage.setAlarm(nowMs + LOOK_EVERY_MS);
  }

  async #watch(): Promise<void> {
    this.#isWatched = true;
    const { storage } = this.ctx;
    if ((await storage.getAlarm()) !== null) return;
    await storage.setAlarm(systemClock.nowMs() + LOOK_EVERY_MS);
  }

  #send(socket: WebSocket, { buyerId, text }: FeedPush): boolean {
    const attachment = attachmentOf(socket);
    if (socket.readyState !== WebSocket.OPEN || attachment?.buyerId !== buyerId) return false;
    const nowMs = systemClock.nowMs();
    const seen = { nowMs, pingedAtMs: this.#pingedAtMs(socket) };
    const next = afterPush(attachment, seen);
    if (next === undefined) {
      drop(socket, FEED_CLOSE_CODES.again, 'too slow');
      return false;
    }
    try {
      socket.send(text);
    } catch {
      // It closes at this moment.
      return false;
    }
    socket.serializeAttachment(next);
    return true;
  }

  #makeRoom(buyerId: string): void {
    const open = this.ctx
      .getWebSockets(buyerId)
      .filter(({ readyState }) => readyState === WebSocket.OPEN)
      .map((socket) => ({ socket, openedAtMs: attachmentOf(socket)?.openedAtMs ?? 0 }));
    open.sort((a, b) => a.openedAtMs - b.openedAtMs);
    const tooMany = open.slice(0, Math.max(0, open.length + 1 - MAX_SOCKETS_A_BUYER));
    for (const { socket } of tooMany) drop(socket, FEED_CLOSE_CODES.replaced, 'too many pages');
  }

  #pingedAtMs(socket: WebSocket): number | undefined {
    return this.ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime();
  }
}

function attachmentOf(socket: WebSocket): FeedAttachment | undefined {
  return socket.deserializeAttachment() ?? undefined;
}

function drop(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason);
  } catch {
    // It is closed already.
  }
}
