/**
 * The OpenAPI 3.1 document of the public and the operator API, made from the zod schemas, so that
 * it cannot say anything else than what is checked. A test compares its routes with those that
 * answer.
 */
import { createDocument } from 'zod-openapi';
import { buyerPaths } from './openapi/buyer-paths.ts';
import { operatorPaths } from './openapi/operator-paths.ts';

export function openApiDocument() {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Sluice',
      version: '1',
      description:
        'Buyers call the edge; operators call the origin. Errors are problem+json (RFC 9457).',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths: { ...buyerPaths, ...operatorPaths },
    components: {
      securitySchemes: {
        buyerToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        guestCookie: { type: 'apiKey', in: 'cookie', name: '__Host-sluice_guest' },
        operatorToken: { type: 'http', scheme: 'bearer' },
      },
    },
  });
}
