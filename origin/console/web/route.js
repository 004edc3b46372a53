/**
 * Which view the address names: all of it stands behind the `#`, because the paths are the API's.
 * `#/sales/phone?tab=…` is `['sales', 'phone']` and its query.
 */
import { useEffect, useState } from 'preact/hooks';

/** @typedef {{ parts: string[], query: URLSearchParams }} Route */

/** @returns {Route} */
function read() {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const parts = path.split('/').filter(Boolean).map(decoded);
  return { parts, query: new URLSearchParams(query) };
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** @returns {Route} */
export function useRoute() {
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const change = () => setRoute(read());
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, []);
  return route;
}

/** @param {string[]} parts @param {Record<string, string>} [query] */
export function linkTo(parts, query = {}) {
  const search = new URLSearchParams(query).toString();
  const path = parts.map((part) => encodeURIComponent(part)).join('/');
  return `#/${path}${search === '' ? '' : `?${search}`}`;
}

/** @param {string[]} parts @param {Record<string, string>} [query] */
export function goTo(parts, query) {
  location.hash = linkTo(parts, query);
}
