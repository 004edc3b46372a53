/**
 * A browser for the page's tests: where Chromium is, and one instance for each test file, with the
 * shops and windows of a test closed after it. A laptop without Chromium skips the tests and says
 * so in their name; CI fails.
 */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { type Shop, type ShopOptions, startShop } from './page.shop.ts';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function findChromium(): string | undefined {
  return PLACES.find((place) => existsSync(place));
}

/** Throws when there is no Chromium. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(`no Chromium at ${PLACES.join(', ')}`);
  return chromium.launch({ executablePath, args: ARGUMENTS, timeout: LONG_PATIENCE_MS });
}

/** Of something that has to come: a machine many times slower than most has it too. */
export const PATIENCE_MS = 20_000;
/** Of a whole test, or of a wait that is long on any machine: several such waits, one by one. */
export const LONG_PATIENCE_MS = 180_000;
/** The page takes a press of another button for half of a double click until then. */
const SETTLING_MS = 700;

type WindowOptions = NonNullable<Parameters<Browser['newContext']>[0]>;

export interface Stage {
  shop(options?: ShopOptions): Promise<Shop>;
  /** A buyer: what the windows of one browser share. */
  buyer(options?: WindowOptions): Promise<BrowserContext>;
  /** Opens the sale's page and waits until it knows its sale. */
  open(shop: Shop, buyer?: BrowserContext): Promise<Page>;
}

export function describeInChromium(what: string, tests: (stage: Stage) => void) {
  const isMissing = findChromium() === undefined;
  if (isMissing && process.env.CI === undefined) {
    describe.skip(`${what} (skipped: there is no Chromium here)`, () => tests(unusable));
    return;
  }
  describe(what, { timeout: LONG_PATIENCE_MS }, () => {
    let browser: Browser;
    const endings: (() => Promise<void>)[] = [];
    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterAll(() => browser?.close());
    afterEach(async () => {
      for (const end of endings.splice(0).reverse()) await end();
    });
    const stage: Stage = {
      async shop(options) {
        const shop = await startShop(options);
        endings.push(() => shop.stop());
        return shop;
      },
      async buyer(options) {
        const buyer = await browser.newContext({ locale: 'en-GB', ...options });
        endings.push(() => buyer.close());
        return buyer;
      },
      async open(shop, buyer) {
        const page = await (buyer ?? (await stage.buyer())).newPage();
        await page.goto(`${shop.url}/s/demo`);
        await page.waitForSelector('[data-sale="known"]');
        return page;
      },
    };
    tests(stage);
  });
}

const refuse = () => Promise.reject(new Error('skipped'));
const unusable: Stage = { shop: refuse, buyer: refuse, open: refuse };

/** What is read again and again until it is as expected. */
export function eventually<Read>(read: () => Read) {
  return expect.poll(read, { timeout: PATIENCE_MS });
}

/** Waits until the page says `headline`. */
export async function expectHeadline(page: Page, headline: string) {
  await eventually(() => page.textContent('#headline')).toBe(headline);
}

/** Presses the big button as a person would: once it says so, and not as half of a double click. */
export async function press(page: Page, name: string): Promise<void> {
  await page.locator('#order[aria-disabled="false"]', { hasText: name }).waitFor();
  await page.waitForTimeout(SETTLING_MS);
  await page.click('#order');
}

/** No later look of the page at its sale undoes what an answer to a click says of it. */
export function holdLooks(page: Page) {
  return page.route('**/api/sales/demo', () => {});
}
