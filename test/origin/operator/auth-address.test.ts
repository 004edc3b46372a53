/**
 * Who is limited together: an IPv4 address, a network of IPv6; and whose word is taken for who that
 * is.
 */
import { describe, expect, test } from 'vitest';
import { clientOf, networkOfAddress, parseProxies } from '../../../origin/operator/auth-address.ts';

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:0002::9', '2001:db8:1:2::/64'],
  ['2001:db8::9', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::203.0.113.9', '64:ff9b:0:0::/64'],
  [undefined, 'unknown'],
])('%s is of %s', (address, network) => {
  expect(networkOfAddress(address)).toBe(network);
});

describe('the client', () => {
  const proxies = parseProxies('10.0.0.0/8, 192.0.2.7,fd00::/8');

  test.each([
    ['a stranger who says to be forwarded', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['behind a proxy', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['behind a proxy of IPv6', 'fd00::1', '2001:db8::9', '2001:db8::9'],
    ['behind a proxy on an IPv6 socket', '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['behind two proxies', '10.0.0.1', '203.0.113.9, 192.0.2.7', '203.0.113.9'],
    ['who wrote addresses before', '10.0.0.1', '1.1.1.1, 10.0.0.9, 203.0.113.9', '203.0.113.9'],
    ['behind a proxy that says nothing', '10.0.0.1', undefined, '10.0.0.1'],
    ['behind a proxy that says nonsense', '10.0.0.1', '203.0.113.9, unknown', '10.0.0.1'],
    ['who is a proxy', '10.0.0.1', '10.0.0.2', '10.0.0.2'],
    ['whose socket is gone', undefined, '203.0.113.9', undefined],
  ])('%s', (_name, peer, forwarded, client) => {
    expect(clientOf({ peer, forwarded }, proxies)).toBe(client);
  });

  test('is the peer where no proxy is named', () => {
    expect(clientOf({ peer: '10.0.0.1', forwarded: '203.0.113.9' })).toBe('10.0.0.1');
  });
});

test.each(['', 'lb', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/', '10.0.0.0/8,', '10.0.0.1:80'])(
  'a list of proxies is not "%s"',
  (text) => {
    expect(() => parseProxies(text)).toThrow(RangeError);
  },
);
