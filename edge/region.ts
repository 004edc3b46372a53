/**
 * Where in the world an isolate is, as Cloudflare's location hints name it. An isolate serves the
 * clients near its colo, so the first one who says where they are says it for all. A hint is a
 * wish: an object made by it may be elsewhere, and where there is one location it costs nothing.
 */

export const REGIONS = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'oc', 'afr', 'me'] as const;
export type Region = (typeof REGIONS)[number];

/** The parts of `request.cf` that are read; all of it may be missing. */
interface Place {
  continent?: unknown;
  country?: unknown;
  longitude?: unknown;
}

/** West of it, North America's clients are nearer to its western coast. */
const MIDDLE_OF_NORTH_AMERICA = -100;
/** From there on Europe's clients are nearer to its east. */
const EAST_OF_EUROPE = 15;
/** Asia's, and Egypt, that the hint "me" is nearer to than "apac" and "afr". */
const MIDDLE_EAST = /^(?:AE|BH|CY|EG|IL|IQ|IR|JO|KW|LB|OM|PS|QA|SA|SY|TR|YE)$/;

/** Undefined outside of Cloudflare: there is one location. */
export function regionOf(cf: unknown): Region | undefined {
  if (typeof cf !== 'object' || cf === null) return undefined;
  const { continent, country, longitude }: Place = cf;
  if (typeof country === 'string' && MIDDLE_EAST.test(country)) return 'me';
  const degreesEast = Number(longitude);
  switch (continent) {
    case 'NA':
      return degreesEast < MIDDLE_OF_NORTH_AMERICA ? 'wnam' : 'enam';
    case 'EU':
      return degreesEast > EAST_OF_EUROPE ? 'eeur' : 'weur';
    case 'SA':
      return 'sam';
    case 'AS':
      return 'apac';
    case 'OC':
      return 'oc';
    case 'AF':
      return 'afr';
    default:
      return undefined;
  }
}
