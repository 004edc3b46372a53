/**
 * Schemas of the files under deploy/, out of the Go modules of those who define them, in the
 * versions named here: what Kubernetes' own client knows of every field, KEDA's definition of its
 * resource, the Compose specification. Fetched once and kept by `go`; nothing of Go is compiled.
 * Without Go the tests skip on a laptop and fail in CI.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { findProgram } from '../stack/processes.ts';
import type { Schema } from './json-schema.ts';

const MODULES = {
  kubernetes: 'k8s.io/client-go@v0.34.2',
  keda: 'github.com/kedacore/keda/v2@v2.17.2',
  compose: 'github.com/compose-spec/compose-go/v2@v2.16.2',
};
/** The first time it comes over the network. */
const FETCH_LIMIT_MS = 120_000;

/** Why they cannot be had; undefined when they can. */
export async function missingGo(): Promise<string | undefined> {
  if ((await findProgram('go')) !== undefined) return undefined;
  if (process.env.CI) throw new Error('go is not installed');
  return 'go is not installed';
}

export async function composeSchema(): Promise<Schema> {
  return JSON.parse(await textOf('compose', 'schema/compose-spec.json'));
}

export async function scaledObjectSchema(): Promise<Schema> {
  const file = 'config/crd/bases/keda.sh_scaledobjects.yaml';
  const definition = parse(await textOf('keda', file));
  const schema = definition.spec.versions[0].schema.openAPIV3Schema;
  // Kubernetes holds it against its own schema of metadata.
  return { ...schema, properties: { ...schema.properties, metadata: {} } };
}

/**
 * All resources of Kubernetes, each one of its `$defs`: io.k8s.api.apps.v1.Deployment. There are
 * over a thousand in one text, of which some dozens are asked for: each is read when it is.
 */
export async function kubernetesSchema(): Promise<{ $defs: Record<string, Schema> }> {
  const code = await textOf('kubernetes', 'applyconfigurations/internal/internal.go');
  const [, text = ''] = /YAMLObject\(`([^`]*)`\)/.exec(code) ?? [];
  const required = await requiredFields();
  const $defs: Record<string, Schema> = {};
  for (const block of text.split(/^- name: /m).slice(1)) {
    const name = block.slice(0, block.indexOf('\n'));
    let read: Schema | undefined;
    const get = () => {
      read ??= { ...readType(block), ...required.get(name) };
      return read;
    };
    Object.defineProperty($defs, name, { get });
  }
  return { $defs };
}

function readType(block: string): Schema {
  const [{ name: _, ...type }]: [NamedType] = parse(`- name: ${block}`);
  return schemaOf(type);
}

/** How the client describes a type; exactly one of these, or several where anything may stand. */
interface Type {
  namedType?: string;
  scalar?: 'string' | 'numeric' | 'boolean' | 'untyped';
  list?: { elementType: Type };
  map?: { fields?: { name: string; type: Type }[]; elementType?: Type };
}
type NamedType = Type & { name: string };

function schemaOf({ namedType, scalar, list, map }: Type): Schema {
  if (namedType !== undefined) return { $ref: `#/$defs/${namedType}` };
  const isAnything = [scalar, list, map].filter((kind) => kind !== undefined).length !== 1;
  if (isAnything || scalar === 'untyped') return {};
  if (scalar !== undefined) return { type: scalar === 'numeric' ? 'number' : scalar };
  if (list !== undefined) return { type: 'array', items: schemaOf(list.elementType) };
  const fields = map?.fields?.map(({ name, type }): [string, Schema] => [name, schemaOf(type)]);
  const others = map?.elementType === undefined ? false : schemaOf(map.elementType);
  return {
    type: 'object',
    ...(fields === undefined ? {} : { properties: Object.fromEntries(fields) }),
    additionalProperties: others,
  };
}

/** The client's description leaves them out; those of the groups that most of our files are of. */
async function requiredFields(): Promise<Map<string, Schema>> {
  const required = new Map<string, Schema>();
  for (const group of ['api__v1', 'apis__apps__v1']) {
    const file = `openapi/openapitest/testdata/${group}_openapi.json`;
    const { components } = JSON.parse(await textOf('kubernetes', file));
    for (const [name, schema] of Object.entries<Schema>(components.schemas)) {
      if (Array.isArray(schema.required)) required.set(name, { required: schema.required });
    }
  }
  return required;
}

async function textOf(module: keyof typeof MODULES, path: string): Promise<string> {
  const args = ['mod', 'download', '-json', MODULES[module]];
  const options = { cwd: tmpdir(), timeout: FETCH_LIMIT_MS };
  const { stdout } = await promisify(execFile)('go', args, options);
  return readFile(join(JSON.parse(stdout).Dir, path), 'utf8');
}
