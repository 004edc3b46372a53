// What needs no broker: the address, the partition of a key, which errors are waited for.
import { expect, test } from 'vitest';
import { parseKafkaUrl } from '../../../origin/log/kafka-client.ts';
import { isBrokerAway } from '../../../origin/log/kafka-errors.ts';
import { partitionOf } from '../../../origin/log/kafka-log.ts';

test.each([
  ['kafka://127.0.0.1:9092', ['127.0.0.1:9092']],
  ['kafka://one:9092,two:9093/', ['one:9092', 'two:9093']],
  ['kafka://kafka.example', ['kafka.example:9092']],
  ['kafka://[::1]:9094', ['[::1]:9094']],
])('%s is read', (url, brokers) => {
  expect(parseKafkaUrl(url)).toEqual(brokers);
});

test.each([
  'redis://127.0.0.1:9092',
  'kafka://',
  'kafka://one:9092,',
  'kafka://one:0',
  'kafka://one:65536',
  'kafka://user:secret@one:9092',
  'kafka://one:9092/topic',
])('%s is refused without being repeated', (url) => {
  expect(() => parseKafkaUrl(url)).toThrow(RangeError);
  expect(() => parseKafkaUrl(url)).not.toThrow('secret');
});

test('the lanes of a sale use as many partitions as they can, always the same', () => {
  for (const sale of ['demo', 'phone-15', 'a']) {
    const used = [0, 1, 2, 3].map((lane) => partitionOf(`${sale}/${lane}`, 4));
    expect(new Set(used).size).toBe(4);
    expect(partitionOf(`${sale}/5`, 4)).toBe(used[1]);
  }
  expect(partitionOf('demo/0', 1)).toBe(0);
});

test('a broker that is away is told from an end, however deep the cause lies', () => {
  const named = (name: string, more: object = {}) => Object.assign(new Error(name), { name }, more);
  const closed = named('KafkaJSConnectionClosedError');
  expect(isBrokerAway(closed)).toBe(true);
  expect(isBrokerAway(new Error('retries exceeded', { cause: closed }))).toBe(true);
  expect(isBrokerAway(named('KafkaJSProtocolError', { type: 'NOT_LEADER_FOR_PARTITION' }))).toBe(
    true,
  );
  expect(isBrokerAway(named('KafkaJSNotImplemented'))).toBe(false);
  expect(isBrokerAway(named('KafkaJSProtocolError', { type: 'GROUP_AUTHORIZATION_FAILED' }))).toBe(
    false,
  );
  expect(isBrokerAway('a text')).toBe(false);
  const circle = new Error('circle');
  circle.cause = circle;
  expect(isBrokerAway(circle)).toBe(false);
});
