/**
 * A guest shows to be a person, in a real browser: against the real edge, whose vendor and whose
 * widget are stand-ins, and against a shop that counts what the page asks.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../contract/clock.ts';
import { type EdgeStage, openEdgeStage } from './edge.stage.ts';
import {
  describeInChromium,
  eventually,
  expectHeadline,
  LONG_PATIENCE_MS,
} from './page.chromium.ts';
import type { Shop } from './page.shop.ts';

const HOUR_MS = 3_600_000;
/** The vendor's script: a box to tick, whose answer the vendor knows. */
const WIDGET = `
  const box = document.createElement('button');
  box.textContent = 'I am a person';
  box.onclick = () => sendAnswer('answer-' + performance.timeOrigin);
  document.querySelector('.cf-turnstile').append(box);
`;
const asked = (shop: Shop) => shop.requests('GET', /human$/).length;
const clicks = (shop: Shop) => shop.requests('POST', /orders$/).length;
const frame = (page: Page) => page.locator('#human iframe');
const box = (page: Page) => page.frameLocator('#human iframe').getByRole('button');

describeInChromium('the real edge’s challenge', ({ buyer }) => {
  let stage: EdgeStage;
  let isGood = true;
  const answers: string[] = [];
  const vendor = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    answers.push(body);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ success: isGood, 'error-codes': [] }));
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
    stage = await openEdgeStage({
      TURNSTILE_SECRET: 'a-secret-of-the-shop',
      TURNSTILE_SITE_KEY: '1x00000000000000000000AA',
      TURNSTILE_VERIFY_URL: `http://127.0.0.1:${(vendor.address() as AddressInfo).port}/verify`,
    });
  }, LONG_PATIENCE_MS);
  afterAll(async () => {
    await stage?.close();
    vendor.close();
  });

  it('is met on the way in, by keyboard, also after a bad answer; then a click buys', async () => {
    const page = await visit(stage, await buyer());
    isGood = false;
    await box(page).waitFor();
    const next = page.waitForEvent('framenavigated');
    await box(page).press('Enter');
    await eventually(() => answers.length).toBe(1);
    isGood = true;
    // The next one comes by itself, after a moment.
    await next;
    await box(page).waitFor();
    await page.locator('#order').focus();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.tagName')).toBe('IFRAME');
    await page.keyboard.press('Enter');
    await eventually(() => frame(page).count()).toBe(0);
    expect(answers).toHaveLength(2);
    expect(await page.evaluate('document.activeElement.id')).toBe('order');
    expect(await page.textContent('#announcement')).toBe('Thank you, that is done.');
    await page.keyboard.press('Enter');
    await expectHeadline(page, 'In line');
    // The mark is good for another page of the same guest.
    const again = await page.context().newPage();
    const said = again.waitForResponse(/\/api\/human$/);
    await again.goto(`${stage.url}/s/demo`);
    expect((await said).status()).toBe(204);
    expect(await frame(again).count()).toBe(0);
  });

  it('is met at the click of who came in the silence; the click is repeated', async () => {
    const guest = await buyer({ locale: 'zh-CN' });
    const sent: string[] = [];
    guest.on('request', (request) => sent.push(new URL(request.url()).pathname));
    isGood = true;
    const opensAtMs = systemClock.nowMs() + 2500;
    stage.sale = { opensAtMs, version: 2 };
    // The edge has a copy of the sale as it was.
    const told = async () => (await fetch(`${stage.url}/api/sales/demo`)).json();
    await eventually(told).toMatchObject({ opensAt: new Date(opensAtMs).toISOString() });
    const page = await visit(stage, guest);
    await page.waitForSelector('#order[aria-disabled="false"]');
    expect(sent.filter((path) => path.includes('human'))).toEqual([]);
    await page.click('#order');
    await expectHeadline(page, '您是真人吗？');
    expect(await page.textContent('#human p')).toBe('请完成真人验证，您的点击才有效。');
    await eventually(() => page.evaluate('document.activeElement.tagName')).toBe('IFRAME');
    const asks = page.frameLocator('#human iframe');
    expect(await asks.locator('html').getAttribute('lang')).toBe('zh-CN');
    expect(await asks.locator('.cf-turnstile').getAttribute('data-language')).toBe('zh-CN');
    await box(page).click();
    await expectHeadline(page, '排队中');
    expect(sent.filter((path) => path.endsWith('/orders'))).toHaveLength(2);
  });
});

describeInChromium('whether there is a challenge', ({ shop: startShop, buyer, open }) => {
  /** A challenge that shows nothing, met by nobody unless `answer` is told. */
  async function challenge(guest: BrowserContext, answer = '') {
    const script = `<script>${answer}</script>`;
    const body = `<!doctype html><button>I am a person</button>${script}`;
    await guest.route(/\/human\?lang=/, (route) =>
      route.fulfill({ contentType: 'text/html', body }),
    );
    // The route that was named last is tried first.
    await guest.route('**/api/human', (route) => route.fulfill({ json: { siteKey: 'demo' } }));
  }
  const PASS = `parent.postMessage({ kind: 'human', isHuman: true }, location.origin)`;

  it('is asked once before the opening, and nothing is loaded where there is none', async () => {
    const shop = await startShop({ opensInMs: HOUR_MS });
    const page = await open(shop);
    await eventually(() => asked(shop)).toBe(1);
    await page.evaluate(`dispatchEvent(new Event('online'))`);
    await page.waitForTimeout(5200);
    await page.evaluate(`dispatchEvent(new Event('online'))`);
    await eventually(() => shop.requests('GET', /demo$/).length).toBeGreaterThan(2);
    await page.waitForTimeout(300);
    expect(asked(shop)).toBe(1);
    expect(shop.requests('GET', /human\.js|\/human$|code\.js/).map(({ path }) => path)).toEqual([
      '/api/human',
    ]);
    expect(shop.guests).toBe(1);
  });

  it('is not asked in the silence, nor by who is signed in', async () => {
    const quiet = await startShop({ opensInMs: 2500 });
    const page = await open(quiet);
    await page.waitForSelector('#order[aria-disabled="false"]');
    await page.waitForTimeout(500);
    // The silence ends five seconds after the opening, however long this took.
    const endsAtMs = Date.parse(quiet.sale.opensAt) + 4500;
    const early = quiet.requests('GET', /human$/).filter(({ atMs }) => atMs < endsAtMs);
    expect(early).toEqual([]);

    const shop = await startShop({ opensInMs: HOUR_MS });
    shop.token = 'good';
    const signedIn = await (await buyer()).newPage();
    await signedIn.goto(`${shop.url}/s/demo#token=good`);
    await expectHeadline(signedIn, 'Not open yet');
    await signedIn.waitForTimeout(700);
    await eventually(() => shop.requests('GET', /clock$/).length).toBeGreaterThan(1);
    expect(asked(shop)).toBe(0);
  });

  it('is shown without taking the focus, and moves nothing', async () => {
    const guest = await buyer({ viewport: { width: 360, height: 740 } });
    await challenge(guest);
    const shop = await startShop({ opensInMs: -HOUR_MS });
    const page = await open(shop, guest);
    await frame(page).waitFor();
    const top = () => page.evaluate(`document.querySelector('#order').getBoundingClientRect().top`);
    const before = await top();
    expect(await page.evaluate('document.activeElement.tagName')).toBe('BODY');
    await page.evaluate(`document.querySelector('#human').remove()`);
    expect(await top()).toBe(before);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });

  it('goes away with the end of the sale and with an order, and loads no more then', async () => {
    const guest = await buyer({ locale: 'zh-CN' });
    const frames: string[] = [];
    guest.on('request', (request) => {
      if (request.url().includes('/human?')) frames.push(request.url());
    });
    // It fails at once, so that the next one is on its way when it goes.
    await challenge(guest, PASS.replace('true', 'false'));
    const shop = await startShop({ opensInMs: -HOUR_MS });
    const other = await open(shop, guest);
    await frame(other).waitFor();
    const buying = await open(shop, guest);
    await frame(buying).waitFor();
    await buying.click('#order');
    await eventually(() => frame(buying).count()).toBe(0);
    // The other tab has heard of the order.
    await eventually(() => frame(other).count()).toBe(0);
    const before = frames.length;
    await other.waitForTimeout(4000);
    expect(frames).toHaveLength(before);
    expect(frames.every((url) => url.endsWith('?lang=zh-CN'))).toBe(true);

    const late = await buyer();
    await challenge(late);
    const ending = await startShop({ opensInMs: -HOUR_MS, closesInMs: 8000 });
    const last = await open(ending, late);
    await frame(last).waitFor();
    await frame(last).focus();
    await eventually(() => frame(last).count()).toBe(0);
    // The page's clock may be wrong by half of its shortest way to the shop.
    expect(ending.nowMs()).toBeGreaterThanOrEqual(Date.parse(ending.sale.closesAt) - 250);
    expect(await last.evaluate('document.activeElement.id')).toBe('order');
    expect(await last.evaluate('document.body.style.paddingBottom')).toBe('');
  });

  it('is believed to this page’s own frame only', async () => {
    const guest = await buyer();
    await challenge(guest);
    const page = await open(await startShop({ opensInMs: HOUR_MS }), guest);
    await frame(page).waitFor();
    await page.evaluate(`postMessage({ kind: 'human', isHuman: true }, location.origin)`);
    await page.waitForTimeout(300);
    expect(await frame(page).count()).toBe(1);
  });

  it('repeats no click for ever that is refused whatever is shown', async () => {
    const guest = await buyer();
    await challenge(guest, PASS);
    const shop = await startShop();
    const page = await open(shop, guest);
    await page.waitForTimeout(500);
    shop.replies = Array.from({ length: 20 }, () => ({ kind: 'not-human' as const }));
    await page.click('#order');
    await eventually(() => clicks(shop)).toBe(2);
    await page.waitForTimeout(2000);
    expect(clicks(shop)).toBe(2);
    shop.replies = [];
    await page.click('#order');
    await expectHeadline(page, 'In line');
  });
});

async function visit(stage: EdgeStage, guest: BrowserContext) {
  await guest.route('https://challenges.cloudflare.com/**', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: WIDGET }),
  );
  const page = await guest.newPage();
  await page.goto(`${stage.url}/s/demo`);
  await page.waitForSelector('[data-sale="known"]');
  return page;
}
