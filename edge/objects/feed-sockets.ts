/**
 * When a socket of the result feed is dropped, as pure decisions about what it carries with it.
 * The runtime does not tell how much of what was sent a client has read (workerd has no
 * bufferedAmount), so what is sent is bounded instead: a page pings every half minute, and whoever
 * is pushed to several times between two pings, or has had its share of pushes for one connection,
 * is dropped rather than waited for. So no more than MAX_PUSHES short messages ever wait for one.
 */

/** Pushes between two pings: no order has more steps in that time. */
export const MAX_UNREAD = 8;
/** Pushes over one connection, whatever the client says: 20 kB. It may connect again. */
export const MAX_PUSHES = 64;
/** Two pings, one a minute where a browser holds back a hidden tab's timers, and room. */
export const SILENT_AFTER_MS = 150_000;
/** Then the buyer proves again who they are: a token may have run out, or its owner signed out. */
export const LONGEST_LIFE_MS = 15 * 60_000;

/** What a socket carries through hibernation. */
export interface FeedAttachment {
  buyerId: string;
  openedAtMs: number;
  pushes: number;
  /** Pushes since the last ping that was known at the last push. */
  unread: number;
  pushedAtMs: number;
}

export function newAttachment(buyerId: string, nowMs: number): FeedAttachment {
  return { buyerId, openedAtMs: nowMs, pushes: 0, unread: 0, pushedAtMs: 0 };
}

/** After one more push; undefined: it is too slow, and dropped instead. */
export function afterPush(
  socket: FeedAttachment,
  { nowMs, pingedAtMs }: { nowMs: number; pingedAtMs: number | undefined },
): FeedAttachment | undefined {
  // A ping of the very millisecond of a push may be older than it: it does not count.
  const hasRead = (pingedAtMs ?? 0) > socket.pushedAtMs;
  const unread = (hasRead ? 0 : socket.unread) + 1;
  if (unread > MAX_UNREAD || socket.pushes >= MAX_PUSHES) return undefined;
  return { ...socket, pushes: socket.pushes + 1, unread, pushedAtMs: nowMs };
}

/** True when nobody seems to be there any more, or has been for too long without saying who. */
export function isOver(
  { openedAtMs }: FeedAttachment,
  { nowMs, pingedAtMs = openedAtMs }: { nowMs: number; pingedAtMs: number | undefined },
): boolean {
  return nowMs - pingedAtMs >= SILENT_AFTER_MS || nowMs - openedAtMs >= LONGEST_LIFE_MS;
}
