/**
 * base64url without padding (RFC 4648, section 5), the one encoding of bytes in ids, passes and
 * cookies. Decoding is strict: a text that no encoder writes is refused, so that a signed value has
 * one spelling only.
 */
const SHAPE = /^[A-Za-z0-9_-]*$/;

export function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The bytes, or undefined when `text` is not what `toBase64Url` writes. */
export function fromBase64Url(text: string): Uint8Array | undefined {
  if (!SHAPE.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return toBase64Url(bytes) === text ? bytes : undefined;
}
