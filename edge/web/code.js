/** @import { Facts, Language, Refused } from './types.ts' */
/**
 * The field for a presale's code, above the button. A link brings the code as `?code=…`: it is
 * taken off the address, since an address is shown and passed on, and kept for this tab.
 */
import { mayOrderAgain } from './next-step.js';
import { element } from './view.js';

/** @typedef {'missing' | 'refused'} Wrong */
/** @type {Record<Language, Record<'label' | Wrong, string>>} */
const TEXTS = {
  en: {
    label: 'Presale code',
    missing: 'Please enter the shop’s code.',
    refused: 'The shop refused this code.',
  },
  'zh-CN': {
    label: '预售码',
    missing: '请输入商店给您的预售码。',
    refused: '商店未接受此预售码，请检查。',
  },
};
/** As contract/access.ts has it; anything else could not even be sent. */
const CODE = /^[\x21-\x7e]{8,64}$/;
const FIELD = {
  width: '100%',
  height: '48px',
  margin: '6px 0 2px',
  padding: '0 14px',
  outlineOffset: '0',
  border: '1px solid var(--soft)',
  borderRadius: '14px',
  background: 'var(--paper)',
  color: 'inherit',
  font: 'inherit',
};

/** @param {{ saleId: string, facts(): Facts }} parts */
export function createCodeField({ saleId, facts }) {
  const kept = keeper(`sluice:${saleId}:code`);
  const brought = takeFromAddress();
  if (brought !== undefined) kept.write(brought);
  const { box, label, input, hint } = createElements();
  input.value = brought ?? kept.read() ?? '';
  /** @type {Wrong | undefined} */
  let wrong;
  /** @type {Refused | undefined} */
  let seen;

  function write() {
    const texts = TEXTS[document.documentElement.lang === 'zh-CN' ? 'zh-CN' : 'en'];
    label.textContent = texts.label;
    const told = wrong === undefined ? '' : texts[wrong];
    if (hint.textContent !== told) hint.textContent = told;
    input.ariaInvalid = String(wrong !== undefined);
  }
  input.addEventListener('input', () => {
    kept.write(input.value);
    wrong = undefined;
    write();
  });
  input.addEventListener('keydown', ({ key, isComposing }) => {
    if (key === 'Enter' && !isComposing) element('order').click();
  });
  new MutationObserver(write).observe(document.documentElement, { attributeFilter: ['lang'] });
  write();
  element('order').parentElement?.before(box);

  return {
    /** What an order and a place in line are asked for with. @returns {Record<string, string>} */
    headers() {
      const code = input.value.trim();
      return !box.hidden && CODE.test(code) ? { 'presale-code': code } : {};
    },
    update() {
      const { sale, order, place, sending, refusal } = facts();
      box.hidden = sale?.access !== 'code';
      const isServed = place !== undefined || (order !== undefined && !mayOrderAgain(order));
      // It keeps its room.
      box.style.visibility = isServed ? 'hidden' : '';
      input.readOnly = sending.kind !== 'idle';
      if (refusal === seen) return;
      seen = refusal;
      const isRefused = refusal?.trouble === 'not-invited' && !box.hidden;
      wrong = isRefused ? (input.value.trim() === '' ? 'missing' : 'refused') : undefined;
      write();
      if (isRefused) input.select();
    },
  };
}

/** @returns {string | undefined} */
function takeFromAddress() {
  const address = new URL(location.href);
  const brought = address.searchParams.get('code');
  if (brought === null) return undefined;
  address.searchParams.delete('code');
  history.replaceState(history.state, '', address);
  return brought.trim();
}

/** Where storage is blocked the field itself has it. @param {string} name */
function keeper(name) {
  return {
    read() {
      try {
        return sessionStorage.getItem(name) ?? undefined;
      } catch {
        return undefined;
      }
    },
    /** @param {string} code */
    write(code) {
      try {
        sessionStorage.setItem(name, code);
      } catch {}
    },
  };
}

function createElements() {
  const box = document.createElement('div');
  const label = document.createElement('label');
  const input = document.createElement('input');
  const hint = document.createElement('p');
  box.style.marginTop = '14px';
  Object.assign(label, { className: 'small', htmlFor: 'code' });
  Object.assign(input, { id: 'code', maxLength: 64, spellcheck: false, autocomplete: 'off' });
  input.autocapitalize = 'off';
  input.setAttribute('aria-describedby', 'code-hint');
  Object.assign(input.style, FIELD);
  // Its line is always there: what it says moves nothing.
  Object.assign(hint, { id: 'code-hint', className: 'small', role: 'alert' });
  box.append(label, input, hint);
  return { box, label, input, hint };
}
