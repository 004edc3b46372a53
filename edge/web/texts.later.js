// @ts-check
/**
 * The words for what follows the click: paying, cancelling, waiting. Both languages, as the page's
 * other words, but loaded only when there is an order or nothing left.
 */

/** @satisfies {Record<string, readonly [headline: string, explanation: string]>} */
export const messages = {
  'can-wait': ['Sold out', 'Units that are not paid in time go to the waitlist, in its order.'],
  'waitlist-full': ['Sold out', 'The waitlist is full too; what comes back goes there first.'],
  paying: ['Opening the payment page', 'One moment.'],
  asking: ['One moment', 'The shop is being asked.'],
  served: ['Your turn: reserved for you', 'A unit came back. Pay before {time}.'],
  confirming: [
    'Confirming your payment',
    'It usually takes seconds. If you have not paid yet, you can until {time}.',
  ],
  'payment-failed': ['Your payment failed', 'Nothing was charged. Try again until {time}.'],
  'time-up': ['Time is up', 'We are checking whether a payment of yours came in time.'],
  closing: ['Being cancelled', 'It takes a moment. It cannot be paid any more.'],
  'cancelled-by-you': ['You cancelled this order', 'Nothing was charged.'],
  'cancelled-by-shop': ['The shop cancelled this order', 'Nothing was charged.'],
  'closed-unpaid': ['Your payment failed', 'Nothing was charged. The unit is free for others.'],
  'late-money': ['Your money came too late', 'It is on its way back to you.'],
  'late-money-back': ['Your money came too late', 'It was returned to you.'],
  'money-back': ['Refunded', 'Your money was returned.'],
  'not-payable': ['This order cannot be paid', 'It may just have been paid or closed.'],
  'not-cancellable': ['This order cannot be cancelled', 'It may just have been paid or closed.'],
  'payment-unavailable': ['Paying does not work just now', 'The unit stays yours until {time}.'],
  'no-waitlist': ['No waitlist', 'This sale has none.'],
  'not-sold-out': ['Not sold out', 'There are units left.'],
  'has-order': ['You have an order', 'We are looking it up.'],
  'not-waiting': ['Not on the waitlist', 'You left it or were served.'],
  'wait-time': ['Waitlist: number {place}', 'About {wait} at the pace of the last minutes.'],
  'wait-units': [
    'Waitlist: number {place}',
    'No estimate yet. Units that are not paid yet and can still come back: {units}.',
  ],
  'wait-none': ['Waitlist: number {place}', 'All units are paid. Hardly any will come back.'],
};

export const labels = {
  pay: 'Pay now',
  join: 'Join the waitlist',
  'is-waiting': 'On the waitlist',
  'place-id': '{waiting} waiting in all · quantity {quantity}',
  cancel: 'Cancel the order',
  'cancel-sure': 'Cancel this order?',
  'cancel-yes': 'Yes, cancel',
  leave: 'Leave the waitlist',
  'leave-sure': 'Give up your place?',
  'leave-yes': 'Yes, leave',
  keep: 'Keep it',
};

/** @type {Record<keyof typeof messages, readonly [string, string]>} */
const chineseMessages = {
  'can-wait': ['已售罄', '未按时付款的商品会按顺序分给候补买家。'],
  'waitlist-full': ['已售罄', '候补名单也已满，退回的商品先给名单上的买家。'],
  paying: ['正在打开付款页面', '请稍候。'],
  asking: ['请稍候', '正在询问商店。'],
  served: ['轮到您了：已为您保留', '有商品退回。请在 {time} 前付款。'],
  confirming: ['正在等待付款确认', '通常只需几秒。如果还没有付款，{time} 前仍可付款。'],
  'payment-failed': ['付款失败', '没有产生扣款，{time} 前可以再试。'],
  'time-up': ['时间已到', '正在核对您的付款是否及时到达。'],
  closing: ['正在取消', '请稍候，此订单已不能付款。'],
  'cancelled-by-you': ['您取消了订单', '没有产生任何扣款。'],
  'cancelled-by-shop': ['商家取消了订单', '没有产生任何扣款。'],
  'closed-unpaid': ['付款失败', '没有产生扣款，商品可由他人购买。'],
  'late-money': ['款项到得太晚', '正在退回给您。'],
  'late-money-back': ['款项到得太晚', '已退回给您。'],
  'money-back': ['已退款', '款项已退回。'],
  'not-payable': ['此订单不能付款', '可能刚刚已付款或已关闭。'],
  'not-cancellable': ['此订单不能取消', '可能刚刚已付款或已关闭。'],
  'payment-unavailable': ['暂时无法付款', '商品为您保留到 {time}。'],
  'no-waitlist': ['没有候补名单', '这场发售没有候补。'],
  'not-sold-out': ['尚未售罄', '还有商品。'],
  'has-order': ['您已有订单', '正在查找。'],
  'not-waiting': ['不在候补名单上', '您已退出或已轮到。'],
  'wait-time': ['候补第 {place} 位', '按最近几分钟的速度，大约还要等 {wait}。'],
  'wait-units': ['候补第 {place} 位', '暂时无法估计。尚未付款、可能退回的：{units} 件。'],
  'wait-none': ['候补第 {place} 位', '商品均已付款，几乎不会再有退回。'],
};

/** @type {Record<keyof typeof labels, string>} */
const chineseLabels = {
  pay: '立即付款',
  join: '加入候补',
  'is-waiting': '候补中',
  'place-id': '共 {waiting} 人候补 · 数量 {quantity}',
  cancel: '取消订单',
  'cancel-sure': '确定取消订单？',
  'cancel-yes': '取消订单',
  leave: '退出候补',
  'leave-sure': '放弃候补位置？',
  'leave-yes': '退出候补',
  keep: '保留',
};

export const texts = {
  en: { messages, labels },
  'zh-CN': { messages: chineseMessages, labels: chineseLabels },
};
