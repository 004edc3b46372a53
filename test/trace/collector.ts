/**
 * A collector of traces: takes OTLP over HTTP, protobuf as the origin sends it and JSON as the edge
 * does, and keeps every span in one shape. Protobuf is read by field numbers (opentelemetry-proto,
 * trace.proto), with nothing of the library that wrote it.
 */

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

export interface SeenSpan {
  service: string;
  traceId: string;
  spanId: string;
  /** Empty at a trace's root. */
  parentSpanId: string;
  name: string;
  kind: number;
  startNs: bigint;
  endNs: bigint;
  attributes: Record<string, string | number>;
  links: { traceId: string; spanId: string }[];
  failed: boolean;
}

export interface Collector {
  url: string;
  spans: SeenSpan[];
  requests: { contentType: string | undefined; headers: IncomingHttpHeaders }[];
  /** What it does with a request from now on; `take` until it is said. */
  behave(how: 'take' | 'hang' | number): void;
  close(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const spans: SeenSpan[] = [];
  const requests: Collector['requests'] = [];
  let how: 'take' | 'hang' | number = 'take';
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const contentType = request.headers['content-type'];
    requests.push({ contentType, headers: request.headers });
    if (how === 'hang') return;
    if (typeof how === 'number' || request.url !== '/v1/traces') {
      response.writeHead(how === 'take' ? 404 : how).end();
      return;
    }
    const isJson = contentType === 'application/json';
    spans.push(...(isJson ? readJson(body.toString()) : readProtobuf(body)));
    response.writeHead(200, { 'content-type': contentType }).end(isJson ? '{}' : undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    behave(given) {
      how = given;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

type Fields = Map<number, (bigint | Uint8Array)[]>;

/** One message's fields by number, each as often as it is there. */
function fieldsOf(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes);
  const fields: Fields = new Map();
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const value = fieldValue(reader, type);
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return fields;
}

function fieldValue(reader: BinaryReader, type: WireType): bigint | Uint8Array {
  switch (type) {
    case WireType.Varint:
      return BigInt(reader.uint64());
    case WireType.Bit64:
      return BigInt(reader.fixed64());
    case WireType.LengthDelimited:
      return reader.bytes();
    case WireType.Bit32:
      return BigInt(reader.fixed32());
    default:
      throw new Error(`wire type ${type}`);
  }
}

const messagesOf = (fields: Fields, number: number) =>
  (fields.get(number) ?? []).flatMap((value) => (typeof value === 'bigint' ? [] : [value]));
const numberOf = (fields: Fields, number: number) =>
  BigInt((fields.get(number)?.[0] as bigint) ?? 0n);
const hexOf = (fields: Fields, number: number) =>
  Buffer.from(messagesOf(fields, number)[0] ?? []).toString('hex');
const textOf = (fields: Fields, number: number) =>
  Buffer.from(messagesOf(fields, number)[0] ?? []).toString();

function readProtobuf(bytes: Uint8Array): SeenSpan[] {
  return messagesOf(fieldsOf(bytes), 1).flatMap((resourceSpans) => {
    const fields = fieldsOf(resourceSpans);
    const [resource = new Uint8Array()] = messagesOf(fields, 1);
    const service = String(attributesIn(fieldsOf(resource), 1)['service.name']);
    return messagesOf(fields, 2)
      .flatMap((scopeSpans) => messagesOf(fieldsOf(scopeSpans), 2))
      .map((span) => protobufSpan(service, fieldsOf(span)));
  });
}

function protobufSpan(service: string, span: Fields): SeenSpan {
  const [status] = messagesOf(span, 15);
  return {
    service,
    traceId: hexOf(span, 1),
    spanId: hexOf(span, 2),
    parentSpanId: hexOf(span, 4),
    name: textOf(span, 5),
    kind: Number(numberOf(span, 6)),
    startNs: numberOf(span, 7),
    endNs: numberOf(span, 8),
    attributes: attributesIn(span, 9),
    links: messagesOf(span, 13).map((link) => {
      const fields = fieldsOf(link);
      return { traceId: hexOf(fields, 1), spanId: hexOf(fields, 2) };
    }),
    failed: status !== undefined && numberOf(fieldsOf(status), 3) === 2n,
  };
}

function attributesIn(fields: Fields, number: number): Record<string, string | number> {
  const pairs = messagesOf(fields, number).map((pair) => {
    const read = fieldsOf(pair);
    const value = fieldsOf(messagesOf(read, 2)[0] ?? new Uint8Array());
    const isText = value.has(1);
    return [textOf(read, 1), isText ? textOf(value, 1) : Number(numberOf(value, 3))] as const;
  });
  return Object.fromEntries(pairs);
}

interface JsonPair {
  key: string;
  value: { stringValue?: string; intValue?: string };
}

interface JsonSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: JsonPair[];
  status?: { code: number };
}

interface JsonRequest {
  resourceSpans: { resource: { attributes: JsonPair[] }; scopeSpans: { spans: JsonSpan[] }[] }[];
}

export function readJson(text: string): SeenSpan[] {
  const { resourceSpans }: JsonRequest = JSON.parse(text);
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        service: String(jsonAttributes(resource.attributes)['service.name']),
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        name: span.name,
        kind: span.kind,
        startNs: BigInt(span.startTimeUnixNano),
        endNs: BigInt(span.endTimeUnixNano),
        attributes: jsonAttributes(span.attributes),
        links: [],
        failed: span.status?.code === 2,
      })),
    ),
  );
}

function jsonAttributes(pairs: readonly JsonPair[]): Record<string, string | number> {
  return Object.fromEntries(
    pairs.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]),
  );
}
