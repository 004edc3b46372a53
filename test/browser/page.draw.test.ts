/** "Check my draw" in a real browser: it computes with its own WebCrypto what the edge decided. */
import { expect, it } from 'vitest';
import { drawNumber, effectiveSeed } from '../../contract/draw.ts';
import { drawProofOf } from '../../origin/draw/proof.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import type { Sale } from '../../origin/settle/book.ts';
import { saleOf } from '../origin/fakes.ts';
import { describeInChromium, eventually } from './page.chromium.ts';
import type { Shop } from './page.shop.ts';

const HOUR_MS = 3_600_000;
const OVER = { opensInMs: -HOUR_MS, closesInMs: -120_000 };
const ENDED = { sale: { state: 'ended', remaining: 0 }, ...OVER } as const;
const SEED = 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc';
const BEACON = '開獎 7';
const numberOf = (beacon: string | undefined) => {
  const key = effectiveSeed(nodeHashing, new Uint8Array(32).fill(7), beacon);
  return drawNumber(nodeHashing.keyedHash(key), 'user-4711');
};

/** The shop's sale of the test, as its book has it. */
function drawn(shop: Shop, change: Partial<Sale> = {}): Sale {
  const closesAtMs = shop.nowMs() - 120_000;
  const opensAtMs = closesAtMs - HOUR_MS;
  return saleOf({ saleId: 'demo', seed: SEED, opensAtMs, closesAtMs, ...change });
}

describeInChromium('checking the draw', ({ shop: startShop, open }) => {
  async function ended(change: (shop: Shop) => Partial<Sale>) {
    const shop = await startShop(ENDED);
    const prove = (more: Partial<Sale> = {}) => {
      shop.draw = { buyerId: 'user-4711', proof: proofOf(shop, { ...change(shop), ...more }) };
    };
    prove();
    const page = await open(shop);
    const button = page.getByRole('button', { name: 'Check my draw' });
    await button.waitFor();
    const check = async (text: RegExp) => {
      await button.click();
      // Pressed, it is dead until the answer is there: what stood there before is no answer.
      await page.waitForSelector('#draw button[aria-disabled="false"]');
      await eventually(() => page.textContent('#draw [role=status]')).toMatch(text);
    };
    return { shop, page, prove, check };
  }
  const proofOf = (shop: Shop, change: Partial<Sale>) =>
    drawProofOf(drawn(shop, change), shop.nowMs());

  it('tells a buyer who was drawn since when, with the share, in both languages', async () => {
    const number = numberOf(undefined);
    expect(number).toBeCloseTo(0.768, 3);
    const { shop, page, check } = await ended((shop) => ({
      shareSteps: [
        { atMs: 0, share: 0.5 },
        { atMs: shop.nowMs() - HOUR_MS / 2, share: 0.8 },
      ],
    }));
    await check(
      new RegExp(`^Your number is ${number.toFixed(6)}. You were drawn from \\d.* 0.8.$`),
    );
    expect(shop.requests('GET', /\/draw(\/mine)?$/)).toHaveLength(2);
    await page.getByRole('button', { name: '中文' }).click();
    await eventually(() => page.textContent('#draw [role=status]')).toContain('您的号码是 0.768');
    expect(await page.textContent('#draw button')).toBe('核对我的抽签');
    expect(await page.textContent('#draw .small')).toMatch(
      /一同公布的哈希值.*：SHA-256 [\w-]{43}$/,
    );
    // What came with the seed is no hash from before, however often it is looked at.
    await page.getByRole('button', { name: 'EN' }).click();
    await check(/^Your number is/);
    expect(await page.textContent('#draw .small')).toContain('saw none before: SHA-256');
  });

  it('counts the beacon, and says who was not drawn, or drawn from the opening', async () => {
    const number = numberOf(BEACON);
    expect(number).not.toBeCloseTo(numberOf(undefined), 3);
    const share = Math.round(number * 1_000 - 5) / 1_000;
    const { prove, check } = await ended(() => ({
      beacon: { value: BEACON, atMs: 1 },
      shareSteps: [{ atMs: 0, share }],
    }));
    await check(new RegExp(`${number.toFixed(6)}. The widest share was ${share}: you were not`));
    prove({ shareSteps: [{ atMs: 0, share: 1 }] });
    await check(/drawn from the opening on, at a share of 1\.$/);
  });

  it('waits for the seed, then finds out another than was fixed, or another hash', async () => {
    const { shop, page, prove, check } = await ended((shop) => ({
      closesAtMs: shop.nowMs() - 1_000,
    }));
    await check(/publishes its seed at \d/);
    prove({ closesAtMs: shop.nowMs() - 120_000, seed: 'A'.repeat(43) });
    await check(/the shop showed another hash before/);
    prove({ closesAtMs: shop.nowMs() - 120_000 });
    if (shop.draw === undefined) throw new Error('it was made above');
    shop.draw = { ...shop.draw, proof: { ...shop.draw.proof, seed: 'A'.repeat(43) } };
    await check(/the seed is not the one that was fixed/);
    prove({ closesAtMs: shop.nowMs() - 120_000 });
    await check(/^Your number is/);
    expect(await page.textContent('#draw .small')).toContain('that this browser saw before');
    const { proof, buyerId } = shop.draw;
    // Neither a seed that is no base64url nor half a proof leaves the button dead.
    shop.draw = { buyerId, proof: { ...proof, seed: '%' } };
    await check(/^The answer cannot be read/);
    expect(await page.getAttribute('#draw button', 'aria-disabled')).toBe('false');
    expect(await page.evaluate(`document.activeElement.closest('#draw')?.id`)).toBe('draw');
    shop.draw = undefined;
    await check(/^No answer/);
  });

  it('is there when the sale ends before the eyes of its buyer, and not sooner', async () => {
    // Long enough for a slow machine to look at the page before.
    const shop = await startShop({ opensInMs: -HOUR_MS, closesInMs: 8000 });
    const page = await open(shop);
    expect(await page.locator('#draw').count()).toBe(0);
    await page.getByRole('button', { name: 'Check my draw' }).waitFor();
    // The page's clock may be wrong by half of its shortest way to the shop.
    expect(shop.nowMs()).toBeGreaterThanOrEqual(Date.parse(shop.sale.closesAt) - 250);
    expect(shop.requests('GET', /draw$/), 'nobody has pressed it').toEqual([]);
  });
});
