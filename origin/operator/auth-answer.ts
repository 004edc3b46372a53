/** Turns what the operator's door refuses into a response. */
import { type OperatorRefusal, operatorProblem } from '../../contract/operator-refusals.ts';

export function refuse(refusal: OperatorRefusal): Response {
  const { status, headers, body } = operatorProblem(refusal);
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...headers, 'cache-control': 'no-store' },
  });
}
