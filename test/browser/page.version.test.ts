/** A part of the page that changed has another address, or browsers keep the old one for a year. */
import { expect, it } from 'vitest';
import { madeFiles, outdatedFiles } from '../../cli/stamp-pages.ts';
import { fileAt, headersFor } from './page.files.ts';

it('parts and pages are made of what is there now; if not, node cli/stamp-pages.ts', () => {
  const made = ['_headers', 'orders.html', 'parts/sale.css', 'parts/sale.js', 'sale.html'];
  expect([...madeFiles().keys()]).toEqual(expect.arrayContaining(made));
  expect(outdatedFiles()).toEqual([]);
});

it('no page names a part without its version', () => {
  for (const [file, text] of madeFiles()) {
    if (file.endsWith('.html')) expect(text, file).not.toMatch(/"\/[\w-]+\.(js|css|svg)"/);
  }
});

it('a part is kept for a year under its version, and looked up again under any other', () => {
  const [, address = ''] = /src="(\/v\/\w+\/sale\.js)"/.exec(pageText()) ?? [];
  expect(headersFor(address)['cache-control']).toBe('public, max-age=31536000, immutable');
  const others = ['/v/12345678/sale.js', '/sale.js', '/s/demo', '/orders'];
  for (const other of others) {
    expect(headersFor(other)['cache-control']).toBe('public, max-age=0, must-revalidate');
  }
  expect(fileAt('/v/12345678/sale.js')).toBeDefined();
});

it('only a document carries what only a document heeds', () => {
  expect(Object.keys(headersFor('/v/12345678/sale.js'))).toEqual([
    'cache-control',
    'x-content-type-options',
  ]);
  expect(headersFor('/s/demo')['content-security-policy']).not.toMatch(/unsafe|\*|http:/);
});

function pageText() {
  return madeFiles().get('sale.html') ?? '';
}
