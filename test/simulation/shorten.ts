/** The shortest run of a seed that fails: what happened after it did not matter. */
import { type Simulation, type SimulationOptions, simulate } from './simulate.ts';

/** Tries every number of steps from none on, so what it gives is the shortest there is. */
export async function shorten(
  options: SimulationOptions,
  failed: Pick<Simulation, 'step'>,
): Promise<{ steps: number; simulation: Simulation }> {
  for (let steps = 0; steps < failed.step; steps += 1) {
    const simulation = await simulate({ ...options, steps });
    if (simulation.failure !== undefined) return { steps, simulation };
  }
  return { steps: failed.step, simulation: await simulate({ ...options, steps: failed.step }) };
}
