/** Prices and words in both languages; no text with a gap that nothing fills. */
import { describe, expect, it } from 'vitest';
import { fill, languageOf, minorDigits, wordsIn } from '../../edge/web/language.js';
import * as english from '../../edge/web/texts.en.js';
import * as chinese from '../../edge/web/texts.zh-CN.js';
import { minorDigits as sandboxDigits } from '../../sandbox/page.ts';

const wordsOf = (language: 'en' | 'zh-CN') =>
  wordsIn(language, language === 'en' ? english : chinese);

describe('the language', () => {
  it('is what the buyer chose, else the browser’s, else English', () => {
    expect(languageOf('en', 'zh-CN')).toBe('en');
    expect(languageOf(undefined, 'zh-TW')).toBe('zh-CN');
    expect(languageOf('nonsense', 'de')).toBe('en');
  });

  it('has every text in both, with the same gaps', () => {
    const gaps = (texts: object) =>
      Object.entries(texts).map(([key, text]) => [
        key,
        String(text)
          .match(/\{\w+\}/g)
          ?.sort(),
      ]);
    expect(gaps(chinese.labels)).toEqual(gaps(english.labels));
    expect(gaps(chinese.messages)).toEqual(gaps(english.messages));
    expect(fill('{a} of {b}', { a: '1' })).toBe('1 of ');
  });

  it('writes a price in the currency’s own minor units', () => {
    const price = (language: 'en' | 'zh-CN', minor: number, currency: string) =>
      wordsOf(language).price(minor, currency).replace(/\s/g, ' ');
    expect(price('zh-CN', 199_900, 'CNY')).toBe('¥1,999');
    expect(price('zh-CN', 199_950, 'CNY')).toBe('¥1,999.50');
    expect(price('en', 1999, 'JPY')).toBe('¥1,999');
    expect(price('en', 1999, 'KWD')).toBe('KWD 1.999');
    expect(price('en', 0, 'EUR')).toBe('€0');
    // These have hundredths in ISO 4217, whatever Intl and daily life make of them.
    expect(price('en', 5_000_050, 'HUF')).toBe('HUF 50,000.50');
    expect(price('zh-CN', 199_900, 'IDR')).toBe('IDR 1,999');
    expect(price('en', 1999, 'IQD')).toBe('IQD 1.999');
    expect(price('en', 10_005, 'CLF')).toBe('CLF 1.0005');
  });

  it('counts every currency as the sandbox does, and as ISO 4217 where Intl differs', () => {
    const currencies = Intl.supportedValuesOf('currency');
    expect(currencies.length).toBeGreaterThan(100);
    const byIntl = (currency: string) =>
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
        .maximumFractionDigits;
    for (const currency of currencies) {
      expect(minorDigits(currency), currency).toBe(sandboxDigits(currency));
      // Intl has fewer digits for some, never more.
      expect(minorDigits(currency), currency).toBeGreaterThanOrEqual(byIntl(currency) ?? 2);
    }
  });

  it('says a countdown in words', () => {
    expect(wordsOf('en').duration(600)).toBe('10 minutes');
    expect(wordsOf('zh-CN').duration(10)).toBe('10秒钟');
  });
});
