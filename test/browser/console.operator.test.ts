/**
 * An operator's day in the console, on a real origin and under the page's own policy: signs in,
 * makes a sale, preheats and opens it, sees a unit sold without a reload, sees the origin go and
 * come back, adds units, cancels the order, and finds all of it in the audit log. A viewer sees the
 * same and no button. Each view is looked at by axe once on the way.
 */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openSale } from '../flow/sale.ts';
import { describeConsole, expectAccessible, OPERATOR, signIn, VIEWER } from './console.stage.ts';
import { PATIENCE_MS } from './page.chromium.ts';

describeConsole('the console', (stage) => {
  let page: Page;
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const figure = (label: string) =>
    page.locator('.figure', { has: page.locator('dt', { hasText: label }) }).locator('.value');
  const confirm = (name: string) => page.locator('dialog').getByRole('button', { name });

  it('tells a wrong token from a right one', async () => {
    page = await stage.open();
    await expectAccessible(page);
    await signIn(page, 'w'.repeat(24));
    await page.getByText('Nobody has this token.').waitFor();
    await signIn(page, OPERATOR);
    await page.getByRole('heading', { name: 'Sales', exact: true }).waitFor();
    await page.getByText('No sales yet').waitFor();
  });

  it('makes a sale, and says next to the field what is wrong', async () => {
    await button('New sale').click();
    await page.getByLabel('Title').fill('A phone');
    await page.getByLabel('Id', { exact: true }).fill('phone');
    await page.getByLabel('Units', { exact: true }).fill('none');
    await page.getByLabel('Price').fill('1999');
    await button('Make the sale').click();
    await page.getByText('A whole number from 1 to 10,000,000.').waitFor();
    await expect.poll(() => page.locator(':focus').getAttribute('name')).toBe('units');
    await expectAccessible(page);
    await page.getByLabel('Units', { exact: true }).fill('10');
    await page.getByLabel('Drawn share in %').fill('50');
    await button('Make the sale').click();
    await page.getByRole('heading', { name: 'A phone' }).waitFor();
    await page.locator('[data-link="live"]').waitFor();
    await expect.poll(() => figure('Stock left').textContent()).toMatch(/10/);
  });

  it('edits it before it opens', async () => {
    await page.getByRole('link', { name: 'Edit', exact: true }).click();
    await page.getByLabel('Title').fill('A better phone');
    await button('Save').click();
    await page.getByRole('heading', { name: 'A better phone' }).waitFor();
  });

  it('preheats it: a list of checks, each green or red', async () => {
    await page.getByRole('link', { name: 'Preheat' }).click();
    await button('Check now').click();
    await page.locator('[data-check="stock-loaded"][data-ok="true"]').waitFor();
    // How fast the others answer is up to the machine.
    await page.locator('[data-check="dead-letters"][data-ok="true"]').waitFor();
    await page.locator('[data-check="edge-sale"][data-ok="null"]').waitFor();
    await expectAccessible(page);
    await page.goBack();
  });

  it('asks before it opens the sale; Escape does nothing', async () => {
    await button('Open…').click();
    await page.locator('dialog[open]').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    expect(await page.locator('h1 + .badge').textContent()).toBe('Scheduled');
    await button('Open…').click();
    await confirm('Open').click();
    await page.locator('h1 + .badge', { hasText: 'Open' }).waitFor();
  });

  it('shows a unit that is sold, without a reload', async () => {
    expect(await figure('Sold').textContent()).toMatch(/0/);
    expect(await stage.buy('phone', 'lin')).toBeLessThan(300);
    await expect.poll(() => figure('Stock left').textContent()).toMatch(/9/);
    await expect.poll(() => figure('Sold').textContent()).toMatch(/1/);
    await expect.poll(() => page.locator('.equation').textContent()).toMatch(/1reserved/);
    await expectAccessible(page);
  });

  it('says when its origin has gone, and comes back by itself', async () => {
    await stage.restart(async () => {
      await page.locator('[data-link="waiting"]').waitFor();
      await page.getByText('Connection lost. The numbers stand still.').waitFor();
      expect(await figure('Stock left').textContent()).toMatch(/9/);
    });
    await page.locator('[data-link="live"]').waitFor({ timeout: 2 * PATIENCE_MS });
  });

  it('widens the draw only after asking', async () => {
    const slider = page.getByRole('slider');
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    expect(await slider.inputValue()).toBe('50');
    await page.keyboard.press('ArrowRight');
    await button('Widen…').click();
    await page.getByText('It cannot be narrowed again').waitFor();
    await confirm('Widen').click();
    await page.getByText('The draw is widened to 51%.').waitFor();
  });

  it('adds units once a number is given', async () => {
    await button('Top up…').click();
    expect(await confirm('Top up').isDisabled()).toBe(true);
    await page.getByLabel('Units to add').fill('5');
    await confirm('Top up').click();
    await expect.poll(() => figure('Stock left').textContent()).toMatch(/14/);
  });

  it('finds the order by its buyer, with its history, and cancels it', async () => {
    await page.getByRole('link', { name: 'Orders' }).first().click();
    await page.getByLabel('Order id or buyer id').fill('lin');
    await button('Search').click();
    await expectAccessible(page);
    await page.locator('tbody th a').click();
    await page.locator('.events li').first().waitFor();
    await expectAccessible(page);
    await button('Cancel the order…').click();
    await confirm('Cancel the order').click();
    await page.getByText('The order is being cancelled.').waitFor();
    const state = async () => {
      await page.reload();
      return page.locator('h1 + .badge').textContent();
    };
    await expect.poll(state, { interval: 1_000 }).toBe('Cancelled');
  });

  it('closes the sale only when its id is typed', async () => {
    await page.goto(`${stage.shop.environment.ORIGIN_URL}/operator#/sales/phone`);
    await button('Close the sale…').click();
    await page.getByLabel('Type phone to confirm').fill('phon');
    expect(await confirm('Close the sale').isDisabled()).toBe(true);
    await page.getByLabel('Type phone to confirm').fill('phone');
    await confirm('Close the sale').click();
    await page.locator('h1 + .badge', { hasText: 'Ended' }).waitFor();
  });

  it('has all of it in the audit log', async () => {
    await page.getByRole('link', { name: 'Audit log' }).click();
    const actions = () => page.locator('tbody th code').allTextContents();
    await expect.poll(actions).toContain('sale.close');
    const all = (await actions()).join(' ');
    for (const action of ['sale.open', 'sale.top-up']) expect(all).toContain(action);
    await expectAccessible(page);
  });

  it('lets out whoever wants to go, and forgets the token', async () => {
    await page.getByRole('link', { name: 'Dead letters' }).click();
    await page.getByText('No dead letters').waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: /anna/ }).click();
    await expectAccessible(page);
    const kept = () =>
      page.evaluate('JSON.stringify([location.href, document.cookie, { ...localStorage }])');
    expect(await kept(), 'in the address, a cookie or beyond this tab').not.toContain(OPERATOR);
    await button('Sign out').click();
    await page.getByLabel('Operator token').waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });

  it('shows a viewer all of it, and no button that changes anything', async () => {
    await openSale(stage.shop, { saleId: 'watched', title: 'A watch', units: 10, share: 0.5 });
    page = await stage.open(VIEWER);
    await page.getByRole('link', { name: 'A watch' }).waitFor();
    await expectAccessible(page);
    const buttons = () => page.locator('main button, main input').allTextContents();
    expect(await buttons()).toEqual([]);
    await page.getByRole('link', { name: 'A watch' }).click();
    await page.locator('[data-link="live"]').waitFor();
    await page.locator('.equation').waitFor();
    expect(await buttons()).toEqual([]);
    for (const path of ['#/new', '#/sales/watched/edit', '#/sales/watched/preheat']) {
      await page.goto(`${stage.shop.environment.ORIGIN_URL}/operator${path}`);
      await page.getByText('Your token may look and change nothing').waitFor();
      expect(await buttons()).toEqual([]);
    }
    await button('中文').click();
    await page.getByText('您的令牌只能查看，不能更改').waitFor();
  });

  it('met nothing that its policy forbids, and nothing that throws', () => {
    expect(stage.errors).toEqual([]);
  });
});
