/**
 * What kind of world a seed makes. Each kind of fault is there in some worlds and not in others, so
 * that one does not hide what another would show.
 */
import { createDice } from './dice.ts';
import { type Faults, NO_FAULTS } from './network.ts';

export interface Scenario {
  units: number;
  perBuyer: number;
  buyers: number;
  partitions: number;
  lanes: number;
  price: number;
  payWindowMs: number;
  waitlistCap: number;
  freeOnPaymentFailure: boolean;
  opensInMs: number;
  closesInMs: number;
  /** The part of the crowd that is drawn at first; it widens to 1. */
  share: number;
  /** What is done while the stock store is away. */
  onStockOutage: 'pause' | 'draw';
  /** Of machines' clocks, either way. */
  skewMs: number;
  wildNetwork: Faults;
  /** How often each happens, beside what buyers do. */
  weights: Record<FaultName, number>;
}

export const FAULT_NAMES = [
  'kill',
  'stop',
  'cut-off',
  'wild-network',
  'rebalance',
  'wipe',
  'lose-tail',
  'restart-stock',
  'power-cut',
] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

export function createScenario(seed: number): Scenario {
  const dice = createDice(seed, 'scenario');
  const units = dice.whole(1, 6);
  const some = (weight: number, chance = 0.5) => (dice.chance(chance) ? weight : 0);
  return {
    units,
    perBuyer: dice.whole(1, 2),
    buyers: dice.whole(4, 9),
    partitions: dice.whole(1, 3),
    lanes: dice.whole(1, 4),
    price: dice.chance(0.1) ? 0 : 4_900,
    payWindowMs: dice.pick([1_000, 2_000, 5_000]),
    waitlistCap: dice.pick([0, 2, 5, 5]),
    freeOnPaymentFailure: dice.chance(0.5),
    opensInMs: dice.pick([0, 500]),
    closesInMs: dice.pick([12_000, 90_000, 90_000, 90_000, 90_000]),
    share: dice.pick([1, 1, 0.5]),
    onStockOutage: dice.pick(['pause', 'pause', 'draw']),
    skewMs: dice.pick([0, 50, 400]),
    wildNetwork: dice.chance(0.7)
      ? {
          requestLost: some(0.05),
          answerLost: some(0.08),
          late: some(0.05),
          twice: some(0.05),
          slow: some(0.1),
        }
      : NO_FAULTS,
    weights: {
      kill: some(3),
      stop: some(3),
      'cut-off': some(2),
      'wild-network': 2,
      rebalance: some(1.5),
      wipe: some(0.7, 0.3),
      'lose-tail': some(1, 0.3),
      'restart-stock': some(0.5, 0.2),
      'power-cut': some(0.7, 0.3),
    },
  };
}
