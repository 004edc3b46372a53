/**
 * Makes text fit for a terminal. Titles, reasons and errors come from shops, providers and buyers;
 * what a terminal would obey (escape sequences, line ends, marks that turn the direction of writing
 * round) must be seen, not done.
 */

/** Control characters (ESC and line ends among them), and marks of direction. */
const OBEYED = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** Each such character as its code in angle brackets, such as `<1b>`. */
export function printable(text: string): string {
  return text.replace(OBEYED, (mark) => `<${mark.charCodeAt(0).toString(16).padStart(2, '0')}>`);
}

/** Parses JSON, every text of it printable. Undefined when it is no JSON. */
export function parsePrintable(text: string): unknown {
  try {
    return JSON.parse(text, (_name, value: unknown) =>
      typeof value === 'string' ? printable(value) : value,
    );
  } catch {
    return undefined;
  }
}
