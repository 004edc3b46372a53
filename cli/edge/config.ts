/**
 * workerd's configuration for the edge, as Cap'n Proto text: one Worker with its objects on the
 * disk, one socket, and a way to the origin wherever it is. Holds no value of any variable: those
 * come from the environment of workerd's process, which only its owner reads.
 */
import type { WorkerSettings } from './settings.ts';

export interface EdgeSite {
  host: string;
  port: number;
  /** Folder of the objects' state. */
  objectsPath: string;
  /** Names of the variables that the process is given. */
  variables: readonly string[];
}

/**
 * There is one isolate, which keeps its own copies; a cache beside it would have nobody to share
 * with. So each look-up misses and each write is taken for done.
 */
const NO_CACHE = `export default { fetch: ({ method }) => new Response(null, {
  status: method === 'PUT' ? 204 : method === 'PURGE' ? 404 : 504,
  headers: { 'cf-cache-status': 'MISS' } }) };`;

/** `worker.js` has to lie beside the file. */
export function workerdConfig(settings: WorkerSettings, site: EdgeSite): string {
  const { name, compatibilityDate, compatibilityFlags, objects } = settings;
  const bindings = [
    ...site.variables.map((variable) => {
      return `(name = ${quote(variable)}, fromEnvironment = ${quote(variable)})`;
    }),
    ...objects.map(({ binding, className }) => {
      return `(name = ${quote(binding)}, durableObjectNamespace = ${quote(className)})`;
    }),
  ];
  // The key is part of every object's id: with another name they would all begin anew.
  const namespaces = objects.map(({ className, hasSql }) => {
    const key = quote(`${name}-${className}`);
    return `(className = ${quote(className)}, uniqueKey = ${key}, enableSql = ${hasSql})`;
  });
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "edge", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = ${quote(compatibilityDate)},
      compatibilityFlags = [${compatibilityFlags.map(quote).join(', ')}],
      bindings = [
        ${bindings.join(',\n        ')}
      ],
      durableObjectNamespaces = [
        ${namespaces.join(',\n        ')}
      ],
      durableObjectStorage = (localDisk = "objects"),
      cacheApiOutbound = "cache",
    )),
    (name = "cache", worker = (
      modules = [(name = "cache.js", esModule = ${quote(NO_CACHE)})],
      compatibilityDate = ${quote(compatibilityDate)},
    )),
    (name = "objects", disk = (path = ${quote(site.objectsPath)}, writable = true)),
    (name = "internet", network = (
      allow = ["public", "private"],
      tlsOptions = (trustBrowserCas = true),
    )),
  ],
  sockets = [(
    name = "http",
    address = ${quote(address(site))},
    http = (forwardedProtoHeader = "X-Forwarded-Proto"),
    service = "edge",
  )],
);
`;
}

function address({ host, port }: EdgeSite): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Cap'n Proto's text knows JSON's escapes for what can be in these. */
function quote(text: string): string {
  return JSON.stringify(text);
}
