/**
 * The buyers of a sale, each clicking until it is told something: some click twice at once, some of
 * those who are told "sold out" wait in line, and some of those leave it again.
 */
import { problemName } from '../../contract/problem.ts';
import type { Door } from './door.ts';

export interface CrowdOptions {
  door: Door;
  saleId: string;
  buyers: number;
  /** Requests under way at a time. */
  parallel: number;
  dice(): number;
}

/** Parts of the buyers. */
const CLICKS_TWICE = 0.05;
const WAITS = 0.6;
const LEAVES = 0.1;
const COMES_BACK = 0.5;

export interface CrowdReport {
  ordered: number;
  joined: number;
  /** Buyers who left the line and did not come back. */
  left: Set<string>;
}

interface Plan {
  buyerId: string;
  clicks: number;
  waits: boolean;
  leaves: boolean;
  comesBack: boolean;
}

export async function runCrowd(options: CrowdOptions): Promise<CrowdReport> {
  const { door, saleId, dice } = options;
  const plans = Array.from({ length: options.buyers }, (_, index): Plan => {
    const rolls = [dice(), dice(), dice(), dice()] as const;
    return {
      buyerId: `buyer-${index}`,
      clicks: rolls[0] < CLICKS_TWICE ? 2 : 1,
      waits: rolls[1] < WAITS,
      leaves: rolls[2] < LEAVES,
      comesBack: rolls[3] < COMES_BACK,
    };
  });
  const report: CrowdReport = { ordered: 0, joined: 0, left: new Set() };
  const line = `/api/sales/${saleId}/waitlist`;

  async function come({ buyerId, clicks, waits, leaves, comesBack }: Plan): Promise<void> {
    const answers = await Promise.all(
      Array.from({ length: clicks }, () => door.click(buyerId, saleId, `click-${buyerId}`)),
    );
    if (answers.some(({ status }) => status < 300)) {
      report.ordered += 1;
      return;
    }
    if (!waits || !(await join(buyerId)) || !leaves) return;
    const { status } = await door.askUntilAnswered(buyerId, 'DELETE', line);
    if (comesBack) await join(buyerId);
    else if (status === 204) report.left.add(buyerId);
  }

  async function join(buyerId: string): Promise<boolean> {
    for (;;) {
      const { status, body } = await door.askUntilAnswered(buyerId, 'PUT', line);
      if (status === 200) {
        report.joined += 1;
        return true;
      }
      // A unit came back to stock just then: somebody else may have it by now.
      if (problemName(String(body.type)) !== 'not-sold-out') return false;
      const { status: clicked } = await door.click(buyerId, saleId, `again-${buyerId}`);
      if (clicked < 300) return false;
    }
  }

  const queue = plans.values();
  await Promise.all(
    Array.from({ length: options.parallel }, async () => {
      for (const plan of queue) await come(plan);
    }),
  );
  return report;
}
