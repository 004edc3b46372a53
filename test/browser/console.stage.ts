/**
 * An origin with an operator and a viewer, and a Chromium that looks at its console: one of each
 * for a file. Buyers click at the origin itself, with passes, as the edge would forward them.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { originClick } from '../flow/crowd.ts';
import { openShop, type Shop, type ShopProcess } from '../flow/shop.ts';
import { findChromium, LONG_PATIENCE_MS, launchChromium } from './page.chromium.ts';

export const OPERATOR = 'o'.repeat(24);
export const VIEWER = 'v'.repeat(24);
const OPERATOR_TOKENS = `anna:operator:${OPERATOR},watch:viewer:${VIEWER}`;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface ConsoleStage {
  readonly shop: Shop;
  /** What any page wrote to its console as an error: a file that its policy kept out, a throw. */
  readonly errors: readonly string[];
  /** One unit for this buyer; the answer's status. */
  buy(saleId: string, buyerId: string): Promise<number>;
  /** A window of its own; signed in when a token is given. */
  open(token?: string, path?: string): Promise<Page>;
  /** Ends the origin as an update would, and starts it again. */
  restart(whileAway: () => Promise<unknown>): Promise<void>;
}

export function describeConsole(what: string, tests: (stage: ConsoleStage) => void) {
  const maySkip = findChromium() === undefined && process.env.CI === undefined;
  const name = maySkip ? `${what} (skipped: there is no Chromium here)` : what;
  describe.skipIf(maySkip)(name, { timeout: LONG_PATIENCE_MS }, () => {
    let shop: Shop;
    let origin: ShopProcess;
    let browser: Browser;
    const windows: BrowserContext[] = [];
    const errors: string[] = [];
    beforeAll(async () => {
      const opened = openShop('embedded').then(async (open) => {
        shop = open;
        origin = await shop.startOrigin({ OPERATOR_TOKENS });
      });
      [browser] = await Promise.all([launchChromium(), opened]);
    });
    afterAll(async () => {
      for (const window of windows) await window.close();
      await browser?.close();
      await shop?.close();
    });
    tests({
      get shop() {
        return shop;
      },
      errors,
      async buy(saleId, buyerId) {
        const { ORIGIN_URL = '', PASS_KEYS = '' } = shop.environment;
        const click = originClick(ORIGIN_URL, saleId, PASS_KEYS);
        return (await click(buyerId, `click-of-${buyerId}`)).status;
      },
      async open(token, path = '') {
        const window = await browser.newContext({ locale: 'en-GB' });
        windows.push(window);
        const page = await window.newPage();
        page.on('pageerror', ({ message }) => errors.push(message));
        page.on('console', (told) => {
          // A refusal and a cut line are told as errors too, and are looked at by their tests.
          const isRefusal = told.text().startsWith('Failed to load resource');
          if (told.type() === 'error' && !isRefusal) errors.push(told.text());
        });
        await page.goto(`${shop.environment.ORIGIN_URL}/operator${path}`);
        if (token !== undefined) await signIn(page, token);
        return page;
      },
      async restart(whileAway) {
        await origin.stop();
        await whileAway();
        origin = await shop.startOrigin({ OPERATOR_TOKENS });
      },
    });
  });
}

export async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Operator token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Every rule of WCAG 2.2 AA that a machine can judge, and what axe recommends besides. */
export async function expectAccessible(page: Page): Promise<void> {
  // Put in once a page: it is half a megabyte of program.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
      };
    };
    const found = (await axe.run({ resultTypes: ['violations'] })).violations;
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
  expect(violations, page.url()).toEqual([]);
}
