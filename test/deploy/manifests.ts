/** Reads the manifests of deploy/k8s as kustomize does: by the lists of its folders. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

export const K8S = new URL('../../deploy/k8s/', import.meta.url).pathname;

/** As much of a manifest as the tests look at; the schema holds the rest. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a shape of its own.
  spec: any;
  data?: Record<string, string>;
}

export interface Folder {
  listed: string[];
  /** Into which its manifests are put; a component says it in each. */
  namespace: string | undefined;
  found: string[];
  manifests: Manifest[];
}

export function readFolder(name: string): Folder {
  const folder = join(K8S, name);
  const text = (file: string) => readFileSync(join(folder, file), 'utf8');
  const { resources: listed, namespace } = parse(text('kustomization.yaml'));
  const found = readdirSync(folder).filter((file) => file !== 'kustomization.yaml');
  const manifests = found.flatMap((file) =>
    parseAllDocuments(text(file)).map((document): Manifest => {
      const [error] = document.errors;
      if (error !== undefined) throw error;
      return document.toJS();
    }),
  );
  return { listed, namespace, found, manifests };
}

/** `io.k8s.api.apps.v1.Deployment` for apps/v1 Deployment. */
export function definitionOf({ apiVersion, kind }: Manifest): string {
  const [version = '', group = 'core'] = apiVersion.split('/').reverse();
  return `io.k8s.api.${group.replace(/\.k8s\.io$/, '')}.${version}.${kind}`;
}
