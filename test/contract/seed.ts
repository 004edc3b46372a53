/**
 * The seed of every randomised test of the contract. It stands in the tests' names, so a failure
 * shows it; `SEED=<number>` replays a run.
 */
export const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
