/** Where etcd is, as `LEASE_URL` says it. */
import { expect, test } from 'vitest';
import { parseEtcdUrl } from '../../../origin/lease/etcd-address.ts';

test.each([
  ['etcd://etcd.example', ['etcd.example:2379']],
  ['etcd://etcd.example:80/', ['etcd.example:80']],
  ['etcd://a:1,b, c:3', ['a:1', 'b:2379', 'c:3']],
  ['etcd://10.0.0.7:2379,[::1]:2380', ['10.0.0.7:2379', '[::1]:2380']],
])('%s', (url, endpoints) => {
  expect(parseEtcdUrl(url)).toEqual({ endpoints });
});

test('a user and a password stand before the hosts, percent-encoded', () => {
  expect(parseEtcdUrl('etcd://sluice:pass%2Fword:%40@a:1,b:2')).toEqual({
    endpoints: ['a:1', 'b:2'],
    login: { user: 'sluice', password: 'pass/word:@' },
  });
});

test.each([
  ...[
    'etcd://',
    'etcd:///',
    'etcd://a:2379,',
    'etcd://a:2379/prefix',
    'etcd://a:2379?b',
    'etcd://a b',
  ],
  ...[
    'etcd://a:notaport',
    'etcd://user@a',
    'etcd://:secret-word@a',
    'etcd://user:%zz@a',
    'http://a',
  ],
])('%s is refused, and not repeated', (url) => {
  expect(() => parseEtcdUrl(url)).toThrow(RangeError);
  expect(() => parseEtcdUrl(url)).not.toThrow(/secret-word/);
});
