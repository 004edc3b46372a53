/**
 * Holds a document against a JSON Schema, as much of the language as the schemas of Compose, KEDA
 * and Kubernetes use; a keyword that it does not know is an error, so that none is passed over.
 * Stricter than the standard in one point: an object whose properties are listed has no others,
 * since a misspelt field is what such a check is for.
 */
export type Schema = { [keyword: string]: unknown };

type Properties = Record<string, Schema>;

/** They say what a value means and not what it may be, or what no file of ours depends on. */
const SILENT = new Set(
  ['$schema', '$id', 'id', 'title', 'description', 'default', 'format', 'examples', 'deprecated']
    .concat(['$defs', 'definitions', 'dependentRequired', 'uniqueItems', 'unevaluatedProperties'])
    .concat(['additionalProperties', 'patternProperties', 'properties', 'nullable']),
);

/** What is wrong, a line each, with the place; empty when nothing is. */
export function problemsOf(value: unknown, given: Schema, root = given, at = ''): string[] {
  const schema = 'unevaluatedProperties' in given ? mergedParts(given, root) : given;
  const problems = Object.keys(schema).flatMap((keyword) => {
    const judge = JUDGES[keyword];
    if (judge !== undefined) return judge(value, schema, root, at);
    return SILENT.has(keyword) || /^x-/.test(keyword) ? [] : [`${at}: unknown keyword ${keyword}`];
  });
  return [...problems, ...problemsOfFields(value, schema, root, at)];
}

type Judge = (value: unknown, schema: Schema, root: Schema, at: string) => string[];

const JUDGES: Record<string, Judge> = {
  $ref: (value, { $ref }, root, at) => problemsOf(value, resolve(String($ref), root), root, at),
  type(value, { type, nullable }, _root, at) {
    const names = [type].flat().map(String);
    const fits = names.some((name) => isOf(name, value)) || (nullable === true && value === null);
    return fits ? [] : [`${at}: is no ${names.join(' or ')}`];
  },
  enum: (value, schema, _root, at) =>
    (schema.enum as unknown[]).includes(value) ? [] : [`${at}: is none of ${schema.enum}`],
  required: (value, { required }, _root, at) =>
    isObject(value)
      ? (required as string[])
          .filter((name) => !(name in value))
          .map((name) => `${at}/${name}: is missing`)
      : [],
  items: (value, { items }, root, at) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => problemsOf(item, items as Schema, root, `${at}/${index}`))
      : [],
  pattern: (value, { pattern }, _root, at) =>
    typeof value !== 'string' || new RegExp(String(pattern)).test(value)
      ? []
      : [`${at}: does not match ${pattern}`],
  minimum: (value, { minimum }, _root, at) =>
    typeof value !== 'number' || value >= Number(minimum) ? [] : [`${at}: is below ${minimum}`],
  maximum: (value, { maximum }, _root, at) =>
    typeof value !== 'number' || value <= Number(maximum) ? [] : [`${at}: is above ${maximum}`],
  minLength: (value, { minLength }, _root, at) =>
    typeof value !== 'string' || value.length >= Number(minLength) ? [] : [`${at}: is too short`],
  minItems: (value, { minItems }, _root, at) =>
    !Array.isArray(value) || value.length >= Number(minItems) ? [] : [`${at}: has too few`],
  allOf: (value, { allOf }, root, at) =>
    (allOf as Schema[]).flatMap((part) => problemsOf(value, part, root, at)),
  anyOf: (value, { anyOf }, root, at) => oneAtLeast(value, anyOf as Schema[], root, at),
  // That it is one only is for schemas whose alternatives overlap, which these do not.
  oneOf: (value, { oneOf }, root, at) => oneAtLeast(value, oneOf as Schema[], root, at),
};

/** The problems of the alternative that fits best. */
function oneAtLeast(value: unknown, schemas: Schema[], root: Schema, at: string): string[] {
  const tried = schemas.map((schema) => problemsOf(value, schema, root, at));
  return tried.sort((one, other) => one.length - other.length)[0] ?? [];
}

function problemsOfFields(value: unknown, schema: Schema, root: Schema, at: string): string[] {
  if (!isObject(value)) return [];
  const properties = schema.properties as Properties | undefined;
  const patterns = Object.entries((schema.patternProperties ?? {}) as Properties);
  const others = schema.additionalProperties;
  if (properties === undefined && patterns.length === 0 && others === undefined) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    const place = `${at}/${name}`;
    const known = properties !== undefined && Object.hasOwn(properties, name);
    const own = known ? properties[name] : patterns.find(([text]) => matches(text, name))?.[1];
    if (own !== undefined) return problemsOf(field, own, root, place);
    if (isObject(others)) return problemsOf(field, others, root, place);
    return others === true || schema['x-kubernetes-preserve-unknown-fields'] === true
      ? []
      : [`${place}: is no field`];
  });
}

/** Of one that is put together: its fields are those of all its parts. */
function mergedParts({ allOf, unevaluatedProperties, ...own }: Schema, root: Schema): Schema {
  const parts = [own, ...((allOf ?? []) as Schema[])].map((part) =>
    part.$ref === undefined ? part : resolve(String(part.$ref), root),
  );
  const all = (keyword: string) => parts.map((part) => part[keyword] ?? {});
  return {
    ...own,
    type: 'object',
    required: parts.flatMap(({ required }) => (required ?? []) as string[]),
    properties: Object.assign({}, ...all('properties')),
    patternProperties: Object.assign({}, ...all('patternProperties')),
    additionalProperties: unevaluatedProperties,
  };
}

const matches = (pattern: string, name: string) => new RegExp(pattern).test(name);

function resolve(ref: string, root: Schema): Schema {
  const names = ref.replace(/^#\//, '').split('/');
  const found = names.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), root);
  if (!isObject(found)) throw new Error(`the schema has no ${ref}`);
  return found;
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
