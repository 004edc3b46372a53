/** `sluice sale preheat` prints the checklist, and fails a script when a check is red. */
import { Command } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import type { OperatorClient } from '../../cli/operator-client.ts';
import { addPreheatCommand } from '../../cli/preheat-command.ts';
import type { PreheatCheck } from '../../contract/console.ts';

afterEach(() => {
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

const words = (en: string) => ({ en, zh: '词' });
const check = (ok: PreheatCheck['ok'], more: Partial<PreheatCheck> = {}): PreheatCheck => ({
  ...{ id: 'book', name: words('The book answers'), ok, detail: words('4 ms'), ...more },
});

async function preheat(checks: PreheatCheck[], ...flags: string[]) {
  const asked: unknown[] = [];
  const post: OperatorClient['post'] = async (path, schema, body) => {
    asked.push([path, body]);
    const ok = checks.every((each) => each.ok !== false);
    return schema.parse({ saleId: 'phone', at: '2026-11-11T00:00:00.000Z', ok, checks });
  };
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(String(line)));
  const sale = new Command('sale');
  addPreheatCommand(sale, { connect: () => ({ post }) as OperatorClient });
  await sale.parseAsync(['preheat', 'phone', ...flags], { from: 'user' });
  return { asked, text: lines.join('\n') };
}

test('all green, or not to be judged: the exit code stays', async () => {
  const { text, asked } = await preheat([check(true), check(null)], '--buyers', '1000');
  expect(text).toMatch(/^ok .*\n-- .*\nphone is ready$/);
  expect(asked).toEqual([['/operator/sales/phone/preheat', { expectedBuyers: 1_000 }]]);
  expect(process.exitCode).toBeUndefined();
});

test('one is red: what to do stands below it, and the exit code is 1', async () => {
  const { text } = await preheat([check(true), check(false, { advice: words('Look at it.') })]);
  expect(text).toMatch(/\nNO .*\n +Look at it\.\nphone is NOT ready: 1 of 2 fail$/);
  expect(process.exitCode).toBe(1);
});

test('as JSON the exit code is the same', async () => {
  const { text } = await preheat([check(false)], '--json');
  expect(JSON.parse(text)).toMatchObject({ saleId: 'phone', ok: false });
  expect(process.exitCode).toBe(1);
});
