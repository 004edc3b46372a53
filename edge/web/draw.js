/** @import { Answer, DrawProof, Language, Words } from './types.ts' */
/**
 * "Check my draw", below all else once a sale is over. The number is computed here, in the buyer's
 * own browser, from what the shop has published: nobody is asked whether it is right. A hash that
 * this browser saw before the seed was published is kept and must be the same later; without one
 * it says that the seed was held against the hash shown with it, which proves less.
 */
import { ask, askAsBuyer } from './api.js';
import { createMemory } from './device.js';
import { fill } from './language.js';

/** @typedef {'sealed' | 'broken' | 'changed' | 'no-answer' | 'unreadable' | 'no-crypto'} Failure */
/** @typedef {Failure | 'drawn' | 'not-drawn'} Verdict */
/** @typedef {'title' | 'check' | 'at-opening' | 'fits-kept' | 'fits-shown' | Verdict} Text */
/** `wasKept`: this browser knew the hash before the seed was published. */
/** @typedef {{ text: Verdict, proof?: DrawProof, number?: number, wasKept?: boolean }} Found */

/** @type {Record<Language, Record<Text, string>>} */
const TEXTS = {
  en: {
    title: 'The draw',
    check: 'Check my draw',
    drawn: 'Your number is {number}. You were drawn from {time} on, at a share of {share}.',
    'not-drawn': 'Your number is {number}. The widest share was {share}: you were not drawn.',
    'at-opening': 'the opening',
    sealed: 'The shop publishes its seed at {time}. Press again then.',
    broken: 'This proof does not hold: the seed is not the one that was fixed before the sale.',
    changed: 'This proof does not hold: the shop showed another hash before.',
    'no-answer': 'No answer. Please try again.',
    unreadable: 'The answer cannot be read. Please try again.',
    'fits-kept': 'The seed fits the hash that this browser saw before: {hash}',
    'fits-shown': 'The seed fits the hash shown with it; this browser saw none before: {hash}',
    'no-crypto': 'This browser computes only on a page that came by HTTPS.',
  },
  'zh-CN': {
    title: '抽签',
    check: '核对我的抽签',
    drawn: '您的号码是 {number}，自{time}起被抽中，当时的比例为 {share}。',
    'not-drawn': '您的号码是 {number}，最大的比例为 {share}：未被抽中。',
    'at-opening': '开售',
    sealed: '商店将在 {time} 公布种子，请届时再核对。',
    broken: '证明不成立：种子与开售前确定的不同。',
    changed: '证明不成立：商店此前公布的是另一个哈希值。',
    'no-answer': '没有得到回应，请重试。',
    unreadable: '回应无法读取，请重试。',
    'fits-kept': '种子与本浏览器此前见到的哈希值相符：{hash}',
    'fits-shown': '种子与一同公布的哈希值相符，本浏览器此前未见过哈希值：{hash}',
    'no-crypto': '只有以 HTTPS 打开的页面才能计算。',
  },
};

/** @param {{ saleId: string, words(): Words }} parts */
export function createDrawCheck({ saleId, words }) {
  const path = `/api/sales/${encodeURIComponent(saleId)}/draw`;
  const seenHash = `sluice:${saleId}:seed-hash`;
  const memory = createMemory();
  const box = document.createElement('aside');
  box.id = 'draw';
  const title = document.createElement('h2');
  title.id = 'draw-title';
  box.setAttribute('aria-labelledby', title.id);
  const button = document.createElement('button');
  button.type = 'button';
  const result = document.createElement('p');
  result.setAttribute('role', 'status');
  const hash = document.createElement('p');
  hash.className = 'small';
  box.append(title, button, result, hash);
  /** @type {Found | undefined} */
  let found;

  function show() {
    const { language, time } = words();
    const texts = TEXTS[language];
    write(title, texts.title);
    write(button, texts.check);
    write(result, found === undefined ? '' : tell(found, texts, time));
    write(hash, found?.proof ? tellHash(found, found.proof, texts) : '');
  }

  /** @returns {Promise<Found>} */
  async function check() {
    /** @type {[Answer<DrawProof>, Answer<{ buyerId: string }>]} */
    const [told, mine] = await Promise.all([ask(path), askAsBuyer(`${path}/mine`)]);
    if (told.kind !== 'ok' || mine.kind !== 'ok') return { text: 'no-answer' };
    const proof = told.body;
    const kept = memory.read(seenHash);
    if (kept !== undefined && kept !== proof.seedHash) return { text: 'changed', proof };
    if (proof.seed === undefined) {
      memory.write(seenHash, proof.seedHash);
      return { text: 'sealed', proof };
    }
    if (crypto.subtle === undefined) return { text: 'no-crypto', proof };
    const verdict = await verdictOf(proof, proof.seed, mine.body.buyerId);
    return { proof, wasKept: kept !== undefined, ...verdict };
  }

  // Not `disabled`, which would take the focus away.
  button.addEventListener('click', async () => {
    if (button.ariaDisabled === 'true') return;
    button.ariaDisabled = 'true';
    try {
      found = await check();
      show();
    } catch {
      found = { text: 'unreadable' };
      show();
    } finally {
      button.ariaDisabled = 'false';
    }
  });
  new MutationObserver(show).observe(document.documentElement, { attributeFilter: ['lang'] });
  show();
  document.getElementById('board')?.after(box);
}

/** A screen reader hears a change once. @param {HTMLElement} target @param {string} text */
function write(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/**
 * @param {DrawProof} proof
 * @param {string} seedText
 * @param {string} buyerId
 * @returns {Promise<Pick<Found, 'text' | 'number'>>}
 */
async function verdictOf({ seedHash, beacon, shareSteps, closesAt }, seedText, buyerId) {
  const seed = bytesOf(seedText);
  if (textOf(await crypto.subtle.digest('SHA-256', seed)) !== seedHash) {
    return { text: 'broken' };
  }
  const key = beacon === undefined ? seed : await hmac(seed, beacon.value);
  const first52Bits = new DataView(await hmac(key, buyerId)).getBigUint64(0) >> 12n;
  const number = Number(first52Bits) / 2 ** 52;
  const isDrawn = shareSteps.some(({ at, share }) => number < share && at < closesAt);
  return { text: isDrawn ? 'drawn' : 'not-drawn', number };
}

/** @param {BufferSource} key @param {string} text */
async function hmac(key, text) {
  const kind = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', key, kind, false, ['sign']);
  return crypto.subtle.sign('HMAC', imported, new TextEncoder().encode(text));
}

/** @param {Found} found @param {Record<Text, string>} texts @param {Words['time']} time */
function tell({ text, proof, number = 0 }, texts, time) {
  if (proof === undefined || text === 'broken' || text === 'changed') return texts[text];
  const { shareSteps, opensAt, closesAt, revealsAt } = proof;
  const begun = shareSteps.filter(({ at }) => at < closesAt);
  const step = begun.find(({ share }) => number < share);
  const from = !step || step.at <= opensAt ? texts['at-opening'] : time(Date.parse(step.at));
  const widest = Math.max(0, ...begun.map(({ share }) => share));
  return fill(texts[text], {
    number: number.toFixed(6),
    share: String(step?.share ?? widest),
    time: text === 'sealed' ? time(Date.parse(revealsAt)) : from,
  });
}

/** @param {Found} found @param {DrawProof} proof @param {Record<Text, string>} texts */
function tellHash({ text, wasKept }, { seedHash }, texts) {
  if (text !== 'drawn' && text !== 'not-drawn') return `SHA-256 ${seedHash}`;
  return fill(texts[wasKept ? 'fits-kept' : 'fits-shown'], { hash: `SHA-256 ${seedHash}` });
}

/** base64url. @param {string} text */
const bytesOf = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (each) =>
    each.charCodeAt(0),
  );

/** @param {ArrayBuffer} bytes */
const textOf = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
