/**
 * A value of each sale that may be a little old: read when somebody asks for it, at most once in
 * `maxAgeMs` a sale, and by one reader at a time. A reading that fails is told to all who wait for
 * it and forgotten.
 */
import { pause } from '../timer.ts';

export interface Recent<Value extends object> {
  /** Begun at most `maxAgeMs` ago, or still under way. */
  get(saleId: string): Promise<Value>;
  /** A reading that began after `seen` was what `get` gives; may be `maxAgeMs` in coming. */
  next(saleId: string, seen: Value): Promise<Value>;
}

export interface RecentOptions<Value> {
  maxAgeMs: number;
  nowMs(): number;
  read(saleId: string): Promise<Value>;
}

interface Reading<Value> {
  beganAtMs: number;
  /** Undefined while it is under way. */
  found: Value | undefined;
  value: Promise<Value>;
}

export function createRecent<Value extends object>(options: RecentOptions<Value>): Recent<Value> {
  const { maxAgeMs, nowMs, read } = options;
  const readings = new Map<string, Reading<Value>>();

  function begin(saleId: string): Promise<Value> {
    const value = read(saleId);
    const reading: Reading<Value> = { beganAtMs: nowMs(), found: undefined, value };
    readings.set(saleId, reading);
    value.then(
      (found) => {
        reading.found = found;
      },
      () => readings.delete(saleId),
    );
    return value;
  }

  /** A clock that was set back makes a reading old, not young for ever. */
  function freshForMs(reading: Reading<Value>): number {
    const ageMs = nowMs() - reading.beganAtMs;
    return ageMs < 0 ? 0 : maxAgeMs - ageMs;
  }

  return {
    get(saleId) {
      const reading = readings.get(saleId);
      if (reading === undefined) return begin(saleId);
      const isUnderWay = reading.found === undefined;
      return isUnderWay || freshForMs(reading) > 0 ? reading.value : begin(saleId);
    },
    async next(saleId, seen) {
      for (;;) {
        const reading = readings.get(saleId);
        if (reading === undefined) return begin(saleId);
        if (reading.found !== seen) return reading.value;
        const leftMs = freshForMs(reading);
        if (leftMs <= 0) return begin(saleId);
        await pause(leftMs);
      }
    },
  };
}
