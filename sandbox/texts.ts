/** The words of the sandbox's page, in the two languages of the shop's own page. */
import type { PageAction } from './step.ts';

export type Language = 'en' | 'zh-CN';

export interface Texts {
  name: string;
  notice: string;
  order: string;
  payment: string;
  quantity: string;
  timeLeft: string;
  timeIsOver: string;
  choose: string;
  actions: Record<PageAction, { label: string; hint: string }>;
  back: string;
  backNow: string;
  going: string;
  ends: Record<
    'paid' | 'refunded' | 'declined' | 'insufficient-funds' | 'cancelled' | 'underWay' | 'lost',
    { title: string; text: string }
  >;
}

const ENGLISH: Texts = {
  name: 'Sandbox payments',
  notice: 'This stands in for a payment provider. No money moves.',
  order: 'Order',
  payment: 'Payment',
  quantity: 'Quantity',
  timeLeft: 'Time left to pay',
  timeIsOver: 'The time is over. If you pay now, the shop may give the money back.',
  choose: 'What should happen?',
  actions: {
    pay: { label: 'Pay', hint: 'The payment succeeds at once.' },
    decline: { label: 'Decline', hint: 'The card is declined.' },
    'insufficient-funds': {
      label: 'Insufficient funds',
      hint: 'There is not enough money in the account.',
    },
    'take-long': {
      label: 'Take too long',
      hint: 'A bank transfer: the money comes minutes later, even if the order is gone by then.',
    },
    'pay-twice': {
      label: 'Pay twice',
      hint: 'The shop is told of the payment three times, under two event ids.',
    },
  },
  back: 'Back to the shop without paying',
  backNow: 'Back to the shop now',
  going: 'You will be taken back to the shop.',
  ends: {
    paid: { title: 'Paid', text: 'The shop is told of your payment.' },
    refunded: { title: 'Money given back', text: 'You paid, and the shop gave the money back.' },
    declined: { title: 'Declined', text: 'The card was declined. Nothing was taken.' },
    'insufficient-funds': {
      title: 'Insufficient funds',
      text: 'There was not enough money in the account. Nothing was taken.',
    },
    cancelled: { title: 'Not open any more', text: 'The shop ended this payment.' },
    underWay: { title: 'Money under way', text: 'Your bank needs some minutes for the transfer.' },
    lost: { title: 'No such payment', text: 'Go back to the shop and start the payment again.' },
  },
};

const CHINESE: Texts = {
  name: '沙盒支付',
  notice: '这是支付平台的替身，不会产生真实扣款。',
  order: '订单',
  payment: '支付单',
  quantity: '数量',
  timeLeft: '剩余支付时间',
  timeIsOver: '支付时间已过。现在付款，商家可能会原路退款。',
  choose: '请选择要模拟的结果',
  actions: {
    pay: { label: '支付', hint: '立即支付成功。' },
    decline: { label: '拒绝付款', hint: '银行卡被拒绝。' },
    'insufficient-funds': { label: '余额不足', hint: '账户余额不足，支付失败。' },
    'take-long': {
      label: '迟迟不到账',
      hint: '相当于银行转账：几分钟后才到账，即使订单届时已关闭。',
    },
    'pay-twice': { label: '重复通知', hint: '以两个事件编号向商家通知三次。' },
  },
  back: '暂不支付，返回商家',
  backNow: '立即返回商家',
  going: '即将返回商家页面。',
  ends: {
    paid: { title: '支付成功', text: '正在通知商家。' },
    refunded: { title: '已退款', text: '您已付款，商家已将款项退回。' },
    declined: { title: '付款被拒绝', text: '银行卡被拒绝，未扣款。' },
    'insufficient-funds': { title: '余额不足', text: '账户余额不足，未扣款。' },
    cancelled: { title: '支付已关闭', text: '商家已结束这笔支付。' },
    underWay: { title: '款项在途', text: '银行转账需要几分钟才能到账。' },
    lost: { title: '没有这笔支付', text: '请返回商家重新发起支付。' },
  },
};

export const TEXTS: Record<Language, Texts> = { en: ENGLISH, 'zh-CN': CHINESE };

/** The first of the browser's languages that there is; without one, English. */
export function languageOf(acceptLanguage: string | undefined): Language {
  for (const range of (acceptLanguage ?? '').toLowerCase().split(',')) {
    const language = range.trim();
    if (language.startsWith('zh')) return 'zh-CN';
    if (language.startsWith('en')) return 'en';
  }
  return 'en';
}
