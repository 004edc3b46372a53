/** The sale's audit from the operator API, once the ledger is at rest. Runs in k6, not in Node. */
import { sleep } from 'k6';
import http from 'k6/http';
import { operatorToken, originUrl, saleId } from './settings.js';

const ATTEMPTS = 60;
const BETWEEN_SECONDS = 0.5;

export function auditAtRest() {
  for (let attempt = 1; ; attempt += 1) {
    const answer = http.get(`${originUrl}/operator/sales/${saleId}/audit`, {
      headers: { authorization: `Bearer ${operatorToken}` },
      tags: { name: 'audit' },
    });
    if (answer.status === 200 && answer.json('atWatermark')) return answer.json();
    if (attempt === ATTEMPTS) throw new Error(`no audit at rest: ${answer.status} ${answer.body}`);
    sleep(BETWEEN_SECONDS);
  }
}
