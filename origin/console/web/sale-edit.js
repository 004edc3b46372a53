/** @import { OperatorSale } from '../../../contract/operator.ts' */
/** @import { Trouble } from './types.ts' */
/** @import { TermErrors, Terms } from './sale-terms.js' */
/**
 * Making a sale, and editing one that has not opened. What is wrong stands next to its field; the
 * first wrong field gets the focus. Making the same sale twice is harmless.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { useAnswer, useConsole } from './context.js';
import { html } from './html.js';
import { Empty, Heading, Loading, TroubleNote } from './parts.js';
import { goTo, linkTo } from './route.js';
import { SaleFields } from './sale-fields.js';
import { blankTerms, changedOf, errorsIn, termsOf, wishOf } from './sale-terms.js';

export function NewSale() {
  const { api, words, say, mayChange } = useConsole();
  const { t } = words;
  const [terms, setTerms] = useState(() => blankTerms(Date.now()));
  if (!mayChange) return html`<${Empty} title=${t('not-allowed')} />`;
  const back = { href: linkTo(['sales']), text: t('sales') };
  async function save() {
    const answer = await api.post('/operator/sales', wishOf(terms));
    if (answer.kind !== 'answered') return answer;
    say(t('sale-made', { sale: terms.title }));
    goTo(['sales', terms.saleId]);
    return undefined;
  }
  return html`<${Heading} title=${t('new-sale')} back=${back} />
    <${SaleForm} ...${{ terms, setTerms, save }} verb=${t('make-sale')} isNew=${true} />`;
}

/** @param {{ saleId: string }} props */
export function EditSale({ saleId }) {
  const { words, mayChange } = useConsole();
  const { t } = words;
  const { value, trouble, ask } = useAnswer(`/operator/sales/${encodeURIComponent(saleId)}`);
  const sale = /** @type {OperatorSale | undefined} */ (value);
  const back = { href: linkTo(['sales', saleId]), text: sale?.title ?? saleId };
  const isOver = sale !== undefined && sale.state !== 'scheduled' && sale.state !== 'paused';
  return html`<${Heading} title=${t('edit-sale')} back=${back} />
    <${TroubleNote} trouble=${trouble} again=${ask} />
    ${sale === undefined && trouble === undefined && html`<${Loading} />`}
    ${sale && !mayChange && html`<${Empty} title=${t('not-allowed')} />`}
    ${sale && mayChange && isOver && html`<${Empty} title=${t('opened-already')} />`}
    ${sale && mayChange && !isOver && html`<${EditForm} sale=${sale} />`}`;
}

/** @param {{ sale: OperatorSale }} props */
function EditForm({ sale: given }) {
  const { api, words, say } = useConsole();
  // As it was when the form was opened: somebody else's change in between is refused, not undone.
  const [sale] = useState(given);
  const [before] = useState(() => termsOf(given));
  const [terms, setTerms] = useState(before);
  async function save() {
    const changed = changedOf(before, terms);
    if (Object.keys(changed).length > 0) {
      const path = `/operator/sales/${encodeURIComponent(sale.saleId)}`;
      const { version } = sale;
      const answer = await api.patch(path, { version, ...changed });
      if (answer.kind !== 'answered') return answer;
    }
    say(words.t('sale-saved'));
    goTo(['sales', sale.saleId]);
    return undefined;
  }
  return html`<${SaleForm} ...${{ terms, setTerms, save }}
    verb=${words.t('save')} isNew=${false} />`;
}

/**
 * @param {{ terms: Terms, setTerms(terms: Terms): void, verb: string, isNew: boolean,
 *   save(): Promise<Trouble | undefined> }} props
 */
function SaleForm({ terms, setTerms, verb, isNew, save }) {
  const { words } = useConsole();
  const { t } = words;
  const [isShown, setIsShown] = useState(false);
  const [isSaving, setIsSaving] = useState(false);
  const [trouble, setTrouble] = useState(/** @type {Trouble | undefined} */ (undefined));
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const [attempts, setAttempts] = useState(0);
  useEffect(() => {
    const wrong = form.current?.querySelector('[aria-invalid="true"]');
    if (attempts > 0 && wrong instanceof HTMLElement) wrong.focus();
  }, [attempts, trouble]);

  async function submit(/** @type {Event} */ event) {
    event.preventDefault();
    setIsShown(true);
    setAttempts(attempts + 1);
    if (isSaving || Object.keys(errorsIn(terms, isNew)).length > 0) return;
    setIsSaving(true);
    setTrouble(await save());
    setIsSaving(false);
  }
  const errors = { ...(isShown ? named(errorsIn(terms, isNew), t) : {}), ...errorsOf(trouble) };
  const change = (/** @type {Terms} */ changed) => {
    setTrouble(undefined);
    setTerms(changed);
  };
  return html`<form class="panel form" ref=${form} onSubmit=${submit} novalidate>
    <${SaleFields} ...${{ terms, errors, isNew }} setTerms=${change} />
    <${TroubleNote} trouble=${trouble} />
    <div class="buttons">
      <a class="button" href=${isNew ? linkTo(['sales']) : linkTo(['sales', terms.saleId])}>
        ${t('cancel')}
      </a>
      <button type="submit" class="button primary" disabled=${isSaving}>
        ${isSaving ? t('one-moment') : verb}
      </button>
    </div>
  </form>`;
}

/** @param {TermErrors} errors @param {import('./types.ts').Words['t']} t */
function named(errors, t) {
  return Object.fromEntries(Object.entries(errors).map(([field, label]) => [field, t(label)]));
}

/** What the origin finds wrong, by field: `body.closesAt`. @param {Trouble | undefined} trouble */
function errorsOf(trouble) {
  if (trouble?.kind !== 'refused') return {};
  const found = trouble.problem.errors ?? [];
  return Object.fromEntries(
    found.map(({ field, message }) => {
      const name = field.split('.').at(-1) ?? '';
      return [name === 'payWindowMs' ? 'payMinutes' : name, message];
    }),
  );
}
