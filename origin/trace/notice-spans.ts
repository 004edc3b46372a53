/**
 * Each attempt to tell the shop of a sampled order as a span, whose context the request carries, so
 * that a shop that traces goes on from there. The shop's address is told without its path, where
 * secrets are put; an attempt is made the same way whether or not it is traced.
 */
import { parseTraceparent, toTraceparent } from '../../contract/trace-context.ts';
import { TRACE_NAMES } from '../../contract/trace-names.ts';
import type { DueDelivery } from '../notify/deliveries.ts';
import type { Attempt } from '../notify/judge-attempt.ts';
import type { PostNotice } from '../notify/post-notice.ts';
import type { Tracer } from './tracer.ts';

const { httpMethod, httpResend, notice: noticeType, order } = TRACE_NAMES;
const { serverAddress, serverPort } = TRACE_NAMES;

const DEFAULT_PORTS: Record<string, number> = { 'http:': 80, 'https:': 443 };

export type PostDelivery = (
  delivery: DueDelivery,
  at: Parameters<PostNotice>[1],
) => Promise<Attempt>;

export function tracePosts(post: PostDelivery, tracer: Tracer, shopUrl: string): PostDelivery {
  const { hostname, port, protocol } = new URL(shopUrl);
  const shop = {
    [httpMethod]: 'POST',
    [serverAddress]: hostname,
    [serverPort]: port === '' ? (DEFAULT_PORTS[protocol] ?? 0) : Number(port),
  };

  return async (notice, at) => {
    const parent = parseTraceparent(notice.traceparent);
    if (parent === undefined) return post(notice, at);
    const { orderId, deliveryId, tries } = notice;
    const attributes = {
      ...shop,
      [order]: orderId,
      // A delivery's id is the order's and the type.
      [noticeType]: deliveryId.slice(orderId.length + 1),
      ...(tries > 0 && { [httpResend]: tries }),
    };
    const span = tracer.start('POST', { kind: 'client', parent, attributes });
    const attempt = await post(notice, { ...at, traceparent: toTraceparent(span.context) });
    if (attempt.kind === 'delivered') span.end();
    else span.end(undefined, /^status \d{3}$/.exec(attempt.error)?.[0].slice(-3) ?? 'no-answer');
    return attempt;
  };
}
