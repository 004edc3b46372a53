/**
 * Finds the regular expressions of a source text, by the rule that JavaScript's own lexer has: a
 * slash begins one where a value may begin. Strings, templates and comments are stepped over.
 */
const VALUE_MAY_BEGIN = /(?:^|[([{,;=:!&|?+\-*%<>~^}]|=>|\breturn|\bof|\bin|\btypeof|\bcase)\s*$/;

export interface FoundRegex {
  source: string;
  flags: string;
  line: number;
}

export function regexesIn(text: string): FoundRegex[] {
  const found: FoundRegex[] = [];
  /** Where a template's `${` was opened: at its `}` the template goes on. */
  const templates: number[] = [];
  let depth = 0;
  let index = text.startsWith('#!') ? endOfLine(text, 0) : 0;
  const skipTo = (end: number) => {
    index = end;
  };
  while (index < text.length) {
    const rest = text.slice(index, index + 2);
    const [mark = ''] = rest;
    if (rest === '//') skipTo(endOfLine(text, index));
    else if (rest === '/*') skipTo(text.indexOf('*/', index + 2) + 2);
    else if (mark === "'" || mark === '"') skipTo(endOfQuote(text, index, mark));
    else if (mark === '`') skipTo(throughTemplate(index + 1));
    else if (mark === '}' && templates.at(-1) === depth) {
      templates.pop();
      skipTo(throughTemplate(index + 1));
    } else if (mark === '/' && VALUE_MAY_BEGIN.test(text.slice(Math.max(0, index - 40), index))) {
      const end = endOfRegex(text, index);
      const [, flags = ''] = /^([a-z]*)/.exec(text.slice(end + 1, end + 12)) ?? [];
      const line = text.slice(0, index).split('\n').length;
      found.push({ source: text.slice(index + 1, end), flags, line });
      skipTo(end + 1 + flags.length);
    } else {
      if (mark === '{') depth += 1;
      if (mark === '}') depth -= 1;
      index += 1;
    }
  }
  return found;

  /** To behind its end, or behind the `${` of a value inside. */
  function throughTemplate(from: number): number {
    for (let at = from; at < text.length; at += 1) {
      if (text[at] === '\\') at += 1;
      else if (text[at] === '`') return at + 1;
      else if (text.startsWith('${', at)) {
        templates.push(depth);
        return at + 2;
      }
    }
    return text.length;
  }
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function endOfQuote(text: string, from: number, mark: string): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === mark) return at + 1;
  }
  return text.length;
}

/** The slash that ends it: not escaped, and not in a class. */
function endOfRegex(text: string, from: number): number {
  let inClass = false;
  for (let at = from + 1; at < text.length; at += 1) {
    const mark = text[at];
    if (mark === '\\') at += 1;
    else if (mark === '[') inClass = true;
    else if (mark === ']') inClass = false;
    else if (mark === '/' && !inClass) return at;
  }
  return text.length;
}
