/** @import { Terms } from './sale-terms.js' */
/** The fields of a sale in groups: what is sold, when, to whom and how fast, and what follows. */
import { useConsole } from './context.js';
import { Choice, Field, Tick } from './field.js';
import { html } from './html.js';

/**
 * @param {{ terms: Terms, errors: Record<string, string | undefined>, isNew: boolean,
 *   setTerms(terms: Terms): void }} props
 */
export function SaleFields({ terms, errors, isNew, setTerms }) {
  const { words } = useConsole();
  const { t } = words;
  const of = (/** @type {Exclude<keyof Terms, 'freeOnPaymentFailure'>} */ name) => ({
    ...{ name, value: terms[name], error: errors[name], autocomplete: 'off' },
    onValue: (/** @type {string} */ value) => setTerms({ ...terms, [name]: value }),
  });
  const zone = t('in-zone', { zone: words.zone });
  const currency = {
    ...of('currency'),
    onValue: (/** @type {string} */ value) =>
      setTerms({ ...terms, currency: value.trim().toUpperCase() }),
  };
  const scores = /** @type {[string, string][]} */ ([
    ['fastest', t('score-fastest')],
    ['quantity', t('score-quantity')],
  ]);
  return html`<div class="groups">
    <fieldset>
      <legend>${t('what')}</legend>
      <div class="grid">
        <${Field} ...${of('title')} label=${t('title-field')} />
<${Field} ...${of('saleId')} label=${t('sale-id')} hint=${t('sale-id-hint')}
          disabled=${!isNew} spellcheck=${false} />
<${Field} ...${of('units')} label=${t('units')} inputmode="numeric" disabled=${!isNew}
          hint=${isNew ? undefined : t('units-hint')} />
        <${Field} ...${of('perBuyer')} label=${t('per-buyer')} inputmode="numeric" />
        <${Field} ...${of('price')} label=${t('price')} inputmode="decimal" />
        <${Field} ...${currency} label=${t('currency')} hint=${t('currency-hint')} maxlength="3" />
        <${Field} ...${of('pictureUrl')} label=${t('picture')} hint=${t('picture-hint')} />
      </div>
    </fieldset>
    <fieldset>
      <legend>${t('when')}</legend>
      <div class="grid">
<${Field} ...${of('opensAt')} label=${t('opens')} type="datetime-local" step="1"
          hint=${zone} />
<${Field} ...${of('closesAt')} label=${t('closes')} type="datetime-local" step="1"
          hint=${zone} />
<${Field} ...${of('payMinutes')} label=${t('pay-minutes')} inputmode="decimal"
          hint=${isNew ? t('pay-minutes-hint') : undefined} />
      </div>
    </fieldset>
    <fieldset>
      <legend>${t('crowd')}</legend>
      <div class="grid">
<${Field} ...${of('ratePerSecond')} label=${t('rate')} inputmode="decimal"
          hint=${t('rate-hint')} />
<${Field} ...${of('share')} label=${t('share-percent')} inputmode="decimal"
          disabled=${!isNew} hint=${t(isNew ? 'share-hint' : 'share-later')} />
<${Field} ...${of('waitlistCap')} label=${t('waitlist-cap')} inputmode="numeric"
          hint=${t(isNew ? 'waitlist-cap-hint' : 'waitlist-cap-none')} />
        <${Choice} ...${of('score')} label=${t('score')} choices=${scores} />
      </div>
      <${Tick}
        name="freeOnPaymentFailure"
        label=${t('free-on-failure')}
        isOn=${terms.freeOnPaymentFailure}
        onValue=${(/** @type {boolean} */ isOn) =>
          setTerms({ ...terms, freeOnPaymentFailure: isOn })}
      />
    </fieldset>
  </div>`;
}
