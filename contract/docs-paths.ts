/** The API's description and its page: what the origin serves of it, and the edge passes on. */
export const DOCS_PATHS: ReadonlySet<string> = new Set([
  '/openapi.json',
  '/docs',
  '/docs/start.js',
  '/docs/swagger-ui.css',
  '/docs/swagger-ui-bundle.js',
]);
