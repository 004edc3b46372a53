/** Closes what rehearsals left open, because whoever ran them died: one line each. */
import { operatorSaleSchema } from '../../contract/operator.ts';
import { rehearsalsSchema } from '../../contract/rehearsal.ts';
import type { OperatorClient } from '../operator-client.ts';

/** Resolves with the ids of those that were open. */
export async function closeRehearsals(client: OperatorClient): Promise<string[]> {
  const { rehearsals } = await client.get('/operator/rehearsals', rehearsalsSchema);
  const open = rehearsals.filter(({ state }) => state !== 'ended');
  for (const { saleId } of open) {
    await client.post(`/operator/sales/${saleId}/close`, operatorSaleSchema);
  }
  return open.map(({ saleId }) => saleId);
}
