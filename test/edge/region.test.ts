/** Where an isolate is, by what a request says of its client. */
import { expect, test } from 'vitest';
import { REGIONS, regionOf } from '../../edge/region.ts';

test.each([
  [{ continent: 'NA', longitude: '-122.4' }, 'wnam'],
  [{ continent: 'NA', longitude: '-77.0' }, 'enam'],
  [{ continent: 'NA' }, 'enam'],
  [{ continent: 'EU', longitude: '2.3' }, 'weur'],
  [{ continent: 'EU', longitude: '21.0' }, 'eeur'],
  [{ continent: 'SA' }, 'sam'],
  [{ continent: 'AS', country: 'CN', longitude: '121' }, 'apac'],
  [{ continent: 'AS', country: 'AE' }, 'me'],
  [{ continent: 'OC' }, 'oc'],
  [{ continent: 'AF', country: 'NG' }, 'afr'],
])('%o is %s', (cf, region) => {
  expect(regionOf(cf)).toBe(region);
});

test.each([undefined, null, {}, 'EU', { continent: 'AN' }, { continent: 'XX' }, { continent: 7 }])(
  '%o is nowhere',
  (cf) => {
    expect(regionOf(cf)).toBeUndefined();
  },
);

test('every region is one that Durable Objects know', () => {
  const hints: readonly DurableObjectLocationHint[] = REGIONS;
  expect(hints).toHaveLength(9);
});
