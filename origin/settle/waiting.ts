/**
 * Work on a database that may or may not answer at once. SQLite returns values, a database across a
 * network returns promises; the work is a generator that waits only for promises, so that both run
 * the same text, and the one that answers at once may do so inside a group commit.
 */
export type Answer<Value> = Value | Promise<Value>;

/** Yields what it waits for. */
export type Waiting<Value> = Generator<Promise<unknown>, Value, unknown>;

/** `const value = yield* answer(exchanges.open(…))` */
export function* answer<Value>(given: Answer<Value>): Waiting<Value> {
  return given instanceof Promise ? ((yield given) as Value) : given;
}

/** Runs to the end at once. Throws when the work waits for anything. */
export function runNow<Value>(work: Waiting<Value>): Value {
  const step = work.next();
  if (!step.done) throw new TypeError('an exchange of this database returned a promise');
  return step.value;
}

export async function runLater<Value>(work: Waiting<Value>): Promise<Value> {
  let step = work.next();
  while (!step.done) step = work.next(await step.value);
  return step.value;
}
