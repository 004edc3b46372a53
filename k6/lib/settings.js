/** What a run is told through its environment; run.ts sets all of it. Runs in k6, not in Node. */
export const edgeUrl = needed('EDGE_URL');
export const originUrl = needed('ORIGIN_URL');
export const saleId = needed('SALE_ID');
export const jwtSecret = needed('BUYER_JWT_SECRET');
export const operatorToken = needed('OPERATOR_TOKEN');

/** A number from the environment, else `otherwise`. */
export function numberOf(name, otherwise) {
  return Number(__ENV[name] || otherwise);
}

function needed(name) {
  const value = __ENV[name];
  if (!value) throw new Error(`${name} is not set; start with: npm run k6 -- smoke`);
  return value;
}
