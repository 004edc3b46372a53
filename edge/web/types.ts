/**
 * The shapes that the page's modules hand to one another. A file of its own because it is for the
 * type checker only: it is never served, so its words cost a buyer no byte.
 */
import type { OrderView } from '../../contract/order.ts';
import type { Checkout } from '../../contract/payment.ts';
import type { SaleView } from '../../contract/sale.ts';
import type { Place } from '../../contract/waitlist.ts';
import type { labels, messages } from './texts.en.js';

// Through here, so that a served file names one place for its types.
export type { DrawProof } from '../../contract/draw-proof.ts';
export type { Leaderboard, MyRank } from '../../contract/leaderboard.ts';
export type { MyOrders, OrderState, OrderView } from '../../contract/order.ts';
export type { Refusal } from '../../contract/outcomes.ts';
export type { Problem } from '../../contract/problem.ts';
export type { SaleState, SaleView } from '../../contract/sale.ts';
export type { ListedSale, SaleList } from '../../contract/sale-list.ts';
export type { Place } from '../../contract/waitlist.ts';

/** What tells by the clock how a sale is. */
export type TimedSale = Pick<SaleView, 'state' | 'opensAt' | 'closesAt'>;

export type Message = keyof typeof messages;
export type Label = keyof typeof labels;
/** A message is a headline and what it means for the buyer. */
export interface Texts {
  messages: Record<Message, readonly string[]>;
  labels: Record<Label, string>;
}
export type Language = 'en' | 'zh-CN';
/** How one language writes everything. */
export interface Words {
  language: Language;
  messages: Texts['messages'];
  label(name: Label, values?: Record<string, string>): string;
  date(ms: number): string;
  time(ms: number): string;
  number(count: number): string;
  duration(seconds: number): string;
  price(minorUnits: number, currency: string): string;
}

/** What stands between a click and its order, in a buyer's terms. */
export type Trouble =
  | 'not-open'
  | 'paused'
  | 'ended'
  | 'sold-out'
  | 'not-drawn'
  | 'too-fast'
  | 'recovering'
  | 'overloaded'
  | 'unauthenticated'
  /** The shop's token was refused; from then on the page asks nothing that needs one. */
  | 'signed-out'
  | 'not-payable'
  | 'not-cancellable'
  | 'payment-unavailable'
  | 'no-waitlist'
  | 'not-sold-out'
  | 'waitlist-full'
  | 'has-order'
  | 'not-waiting'
  | 'not-human'
  | 'not-invited'
  | 'invalid-request'
  | 'key-reused'
  | 'unknown-sale'
  | 'unexpected'
  /** There was no answer, and the page is still at it. */
  | 'network-lost'
  /** There was no answer to a click of an earlier load of the page. */
  | 'no-answer';

export interface Refused {
  kind: 'refused';
  trouble: Trouble;
  /** 0 when there was no answer. */
  status: number;
  retryAfterMs?: number;
  opensAt?: string;
  /** What was refused, in the end; `order` unless it says so. */
  what?: Action | QuietAction;
}
export type Answer<Body> = { kind: 'ok'; body: Body } | Refused;

/** One wish to buy and its Idempotency-Key. */
export interface Attempt {
  key: string;
  /** Stays with the key: the same key with another quantity is refused. */
  quantity: number;
  /** Once the shop has answered with an order. */
  orderId?: string;
  /** Sent, and nobody knows yet what came of it. */
  unanswered?: boolean;
}

/** One measurement of the shop's clock. */
export interface Sample {
  /** What to add to the page's monotonic clock. */
  offsetMs: number;
  roundTripMs: number;
}

/** One question to the shop's clock, on the page's monotonic clock, and its answer. */
export interface Exchange {
  askedAtMs: number;
  answeredAtMs: number;
  serverNowMs: number;
}

/** All that the page asks of the shop. */
export interface Api extends Shop {
  sale(): Promise<Answer<SaleView>>;
  /** Undefined when the answer was lost. */
  nowMs(): Promise<number | undefined>;
}

export interface ClockParts {
  /** The shop's time; undefined when the answer was lost. */
  ask(): Promise<number | undefined>;
  monotonicMs(): number;
}

/** Keeps values over a reload; `write` of undefined forgets. */
export interface Memory {
  read(name: string): unknown;
  write(name: string, value: unknown): void;
}

/** What an order, and waiting for one, ask of the shop. */
export interface Shop {
  myOrder(): Promise<Answer<OrderView>>;
  order(orderId: string): Promise<Answer<OrderView>>;
  placeOrder(attempt: Attempt): Promise<Answer<OrderView>>;
  pay(orderId: string): Promise<Answer<Checkout>>;
  cancel(orderId: string): Promise<Answer<OrderView>>;
  join(quantity: number): Promise<Answer<Place>>;
  place(): Promise<Answer<Place>>;
  leave(): Promise<Answer<unknown>>;
}

/** What the big button does, and the quiet one. */
export type Action = 'order' | 'pay' | 'join';
export type QuietAction = 'cancel' | 'leave';

export type Sending =
  | { kind: 'idle' }
  | { kind: 'sending'; what: Action | QuietAction }
  /** Sent again by itself at `untilMs` of the shop's clock. */
  | { kind: 'waiting'; what: Action | QuietAction; untilMs: number };

/** Everything the page knows. */
export interface Facts {
  sale: SaleView | undefined;
  order: OrderView | undefined;
  sending: Sending;
  /** Where the buyer is on the waitlist; undefined: nowhere, as far as is known. */
  place: Place | undefined;
  /** This page waited on the waitlist and was served. */
  wasServed: boolean;
  /** The buyer has been at the provider's page for this order. It proves nothing. */
  hasReturned: boolean;
  /** The last answer to the load or the click, if it was a refusal. */
  refusal: Refused | undefined;
  /** What becomes of the order is pushed; there is less to ask. */
  isFed?: boolean;
  /** By the shop's clock. */
  nowMs: number;
}

/** What decides the words for an order. */
export type OrderFacts = Pick<Facts, 'nowMs'> & Partial<Pick<Facts, 'hasReturned' | 'wasServed'>>;

/** What decides whether and when a refused click is sent again. */
export interface RetryFacts {
  trouble: Trouble;
  /** How often this click met this trouble, with this time: 1 or more. */
  tries: number;
  retryAfterMs: number | undefined;
  /** Jitter, in [0, 1). */
  fraction: number;
}

/** What decides what the next click sends. */
export interface ClickFacts {
  kept: Attempt | undefined;
  /** The order last seen. */
  order: OrderView | undefined;
  /** Chosen now. */
  quantity: number;
  /** Used only when a new attempt begins. */
  newKey: string;
}

export interface LoadFacts {
  /** Loads in a row that failed. */
  failures: number;
  retryAfterMs: number | undefined;
  /** Jitter, in [0, 1). */
  fraction: number;
}

export interface SalePollFacts {
  sale: SaleView;
  nowMs: number;
  hasOrder: boolean;
  /** The shop has not said yet whether this buyer has an order or a place. */
  isUnsure?: boolean;
  /** Looks in a row that got no answer. */
  failures: number;
  /** Jitter, in [0, 1). */
  fraction: number;
}

export interface OrderPollFacts {
  order: OrderView;
  hasReturned: boolean;
  /** How often it was asked for since its state last changed. */
  polls: number;
  isFed?: boolean | undefined;
  nowMs: number;
  /** Jitter, in [0, 1). */
  fraction: number;
}

export interface PlacePollFacts {
  place: Place;
  isFed?: boolean | undefined;
  /** Looks in a row that got no answer. */
  failures: number;
  /** Jitter, in [0, 1). */
  fraction: number;
}

export interface OrderingParts {
  shop: Shop;
  memory: Memory;
  /** Where the attempt is kept in the memory. */
  name: string;
  facts(): Facts;
  change(change: Partial<Facts>): void;
  /** Tells the other tabs. */
  tell(order: OrderView): void;
}

/** What follows the click gets this. */
export interface LaterParts extends Pick<OrderingParts, 'shop' | 'memory' | 'facts' | 'change'> {
  /** Where it keeps its own in the memory. */
  name: string;
  /** The shop said how the order is by now. */
  hear(order: OrderView): void;
}

/** What the result feed needs of the page. */
export interface FeedParts extends Pick<LaterParts, 'shop' | 'facts' | 'change' | 'hear'> {
  saleId: string;
}

export interface Ordering extends OrderingParts {
  /** Grows with each loop of polling, so that one at a time asks. */
  followed: number;
}

/** Everything the page shows. */
export interface Screen {
  message: Message;
  /** The page has stopped asking by itself. */
  gaveUp: boolean;
  tone: 'calm' | 'go' | 'wait' | 'good' | 'stop';
  button: Label;
  /** What the button does; undefined: it says something only. */
  action: Action | undefined;
  quiet: QuietAction | undefined;
  timer: { label: Label; untilMs: number } | undefined;
  /** Numbers that the words name. */
  values: Record<'place' | 'waiting' | 'quantity' | 'units' | 'waitMs', number> | undefined;
  /** How far the order is: nowhere, in line, reserved, paid. */
  step: 0 | 1 | 2 | 3;
}

/** The words that only the page of a buyer's orders has. */
export type OrdersLabel = 'none' | 'pay' | 'quantity' | 'sentences' | 'sign-in';

/** What the parts that few need are given. */
export interface OnDemandParts {
  saleId: string;
  facts(): Facts;
  words(): Words;
}

/** The words that only the list of sales has. */
export type SalesLabel = 'title' | 'none' | 'opens-at' | 'opens-in' | 'closed-at';

/** The words that only the leaderboard has. */
export type BoardLabel = 'fastest' | 'quantity' | 'mine' | 'seconds';
