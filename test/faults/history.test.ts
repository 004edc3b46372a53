/** The judge of what clients were told sees each breach that it is there for. */
import { describe, expect, it } from 'vitest';
import {
  contradictions,
  judgeHistory,
  type KnownOrder,
  type KnownStep,
  type Told,
} from './history.ts';

interface Story {
  told: Told[];
  known: { orders: KnownOrder[]; results: { orders: KnownStep[] }[] };
}

/** Ann and Bob have an order each, and Cat came too late. */
function rightStory(): Story {
  return {
    told: [
      answer({ buyerId: 'ann', orderId: 'a', state: 'accepting', at: 1 }),
      answer({ buyerId: 'ann', orderId: 'a', state: 'queued', at: 3 }),
      answer({ buyerId: 'bob', orderId: 'b', state: 'queued', at: 3 }),
      answer({ buyerId: 'ann', orderId: 'a', state: 'accepting', at: 5 }),
      answer({ buyerId: 'cat', said: '503 recovering', at: 5 }),
      answer({ buyerId: 'cat', said: '409 sold-out', about: 'c', at: 7 }),
      answer({ buyerId: 'ann', orderId: 'a', state: 'reserved', at: 9 }),
    ],
    known: {
      orders: [
        { orderId: 'a', buyerId: 'ann', state: 'reserved', live: 1 },
        { orderId: 'b', buyerId: 'bob', state: 'reserved', live: 1 },
      ],
      results: [{ orders: [step('a', 'ann', 'reserved'), step('b', 'bob', 'reserved')] }],
    },
  };
}

interface Given {
  buyerId: string;
  orderId?: string;
  state?: string;
  said?: string;
  about?: string;
  at: number;
}

/** Asked at `at`, told one moment later. */
function answer({ buyerId, orderId, state, said = '200', about, at }: Given): Told {
  const aboutOrderId = about ?? orderId ?? `of-${buyerId}`;
  return {
    ...{ buyerId, orderId, state, answer: said, aboutOrderId },
    ...{ askedAtMs: at, toldAtMs: at + 1, saysWhen: true },
  };
}

function step(orderId: string, buyerId: string, state: string): KnownStep {
  return { orderId, buyerId, state, reason: state === 'rejected' ? 'duplicate' : undefined };
}

const BREACHES: Record<string, [breach: (story: Story) => unknown, finding: string]> = {
  'an order that was queued and is gone': [
    ({ known }) => Object.assign(known, { orders: known.orders.slice(1), results: [] }),
    'a was queued to ann and is gone',
  ],
  'an order that is somebody else’s': [
    ({ known }) => Object.assign(known.orders[0] ?? {}, { buyerId: 'eve' }),
    "a is not ann's",
  ],
  'an order that was queued and then rejected': [
    ({ known }) => {
      Object.assign(known.orders[1] ?? {}, { state: 'rejected', live: null });
      known.results[0]?.orders.splice(1, 1, step('b', 'bob', 'rejected'));
    },
    'b was queued to bob and is rejected: duplicate',
  ],
  'a state that the order never had': [
    ({ told }) => told.push(answer({ buyerId: 'bob', orderId: 'b', state: 'paid', at: 9 })),
    'b was never paid',
  ],
  'a step back': [
    ({ told }) => told.push(answer({ buyerId: 'ann', orderId: 'a', state: 'queued', at: 11 })),
    'a was reserved, and then queued',
  ],
  'an order that was queued and then unknown': [
    ({ told }) =>
      told.push(answer({ buyerId: 'bob', said: '404 unknown-order', about: 'b', at: 9 })),
    'b was queued, and then unknown',
  ],
  'sold out to somebody who has it': [
    ({ told, known }) => {
      known.orders.push({ orderId: 'c', buyerId: 'cat', state: 'reserved', live: 1 });
      told.push(answer({ buyerId: 'cat', said: '503 overloaded', about: 'd', at: 9 }));
    },
    'cat was told 409 sold-out, and c is reserved',
  ],
  'two live orders at one time': [
    ({ known }) => {
      known.results.push({ orders: [step('z', 'ann', 'reserved')] });
      known.results.push({ orders: [step('z', 'ann', 'expired')] });
    },
    'ann has a and z at once',
  ],
  'two live orders in the end': [
    ({ known }) => known.orders.push({ orderId: 'z', buyerId: 'ann', state: 'paid', live: 1 }),
    'ann has 2 live orders',
  ],
  'an answer that is not documented': [
    ({ told }) => told.push(answer({ buyerId: 'bob', said: '500 internal', at: 9 })),
    'bob was told 500 internal, which is not documented',
  ],
  'an answer that does not say when to ask again': [
    ({ told }) => told.push({ ...answer({ buyerId: 'bob', said: '503 x', at: 9 }), ...SILENT }),
    'bob was told 503 overloaded without Retry-After',
  ],
};
const SILENT = { answer: '503 overloaded', saysWhen: false };

describe('the judge of what clients were told', () => {
  it('finds nothing in a story that is right', () => {
    const { told, known } = rightStory();
    expect(judgeHistory(told, known)).toEqual([]);
  });

  it.each(Object.entries(BREACHES))('sees %s', (_name, [breach, finding]) => {
    const story = rightStory();
    breach(story);
    expect(judgeHistory(story.told, story.known)).toContain(finding);
  });

  it('bears a rejection that the fault explains', () => {
    const story = rightStory();
    BREACHES['an order that was queued and then rejected']?.[0](story);
    expect(judgeHistory(story.told, story.known, { rejections: ['duplicate'] })).toEqual([]);
  });

  it('sees two orders told to one buyer without asking the book', () => {
    const { told } = rightStory();
    expect(contradictions(told)).toEqual([]);
    told.push(answer({ buyerId: 'ann', orderId: 'b', state: 'queued', at: 9 }));
    expect(contradictions(told)).toEqual(['ann was told of a and b']);
  });
});
