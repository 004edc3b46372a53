/**
 * The door for what a whole crowd sends at once. A process that is at its limit answers 503 before
 * it has read a body or judged a pass: that costs a fraction of an order, so it goes on answering
 * while it does what it has let in. Only who has a pass counts as being inside: else strangers who
 * send their bodies slowly could shut the door. Whoever only looks at an order does not come
 * through here. Each answer says how busy the process is, for the edge.
 */
import type { Outcome, Refusal } from '../../contract/outcomes.ts';
import { PRESSURE_HEADER } from '../../contract/pressure.ts';
import type { LoadWatch } from '../admit/load-watch.ts';
import { answer } from './answer.ts';
import type { Admitted } from './pass-gate.ts';

export interface CrowdDoorOptions {
  load: LoadWatch;
  decided(kind: Outcome['kind']): void;
}

export interface CrowdWork {
  /** Reads the body and judges the pass. */
  judge(): Promise<Admitted | Refusal>;
  serve(admitted: Admitted): Promise<Outcome>;
}

/** A refusal is not a promise: the server then answers in the same turn. */
export type CrowdDoor = (work: CrowdWork) => Response | Promise<Response>;

export function createCrowdDoor({ load, decided }: CrowdDoorOptions): CrowdDoor {
  function tell(outcome: Outcome): Response {
    decided(outcome.kind);
    return answer(outcome, { [PRESSURE_HEADER]: load.hint() });
  }

  async function through({ judge, serve }: CrowdWork): Promise<Response> {
    const admitted = await judge();
    if (admitted.kind !== 'admitted') return tell(admitted);
    // Once more: others came in while the body was read.
    const refusal = load.refuse();
    if (refusal !== undefined) return tell(refusal);
    load.enter();
    try {
      return tell(await serve(admitted));
    } finally {
      load.leave();
    }
  }

  return (work) => {
    const refusal = load.refuse();
    return refusal === undefined ? through(work) : tell(refusal);
  };
}
