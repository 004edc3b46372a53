/**
 * The report as one HTML file that needs nothing else: no script, no font, no address. It fits a
 * telephone and a desk, light and dark, and what it recommends stands first.
 */
import { readFileSync } from 'node:fs';
import { escaped, svgOf } from './plot.ts';
import { type Explained, plotsOf } from './plots-of-report.ts';
import { refusalsOf } from './print-report.ts';
import {
  hitchLine,
  kneeLine,
  ledgerLine,
  PART_NAMES,
  type Report,
  realSaleLine,
} from './report.ts';

const style = readFileSync(new URL('./report-page.css', import.meta.url), 'utf8');
const WIDE = { width: 500, height: 210 };
const NARROW = { width: 320, height: 200 };

export function pageOf(report: Report): string {
  const { saleId, rehearsalId, startedAt, recommendation: found, interrupted } = report;
  const { knee } = found;
  const began = `${startedAt.slice(0, 16).replace('T', ' ')} UTC`;
  const crowd = `${report.buyers} buyers, up to ${round(report.rate)} clicks a second`;
  const figure = knee.ordersPerSecond ?? '–';
  const hitch = hitchLine(report);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rehearsal of ${escaped(saleId)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<p class="quiet">${escaped(rehearsalId)} · ${escaped(began)}</p>
<h1>Rehearsal of ${escaped(saleId)}</h1>
<p>${crowd}, at ${escaped(report.edgeUrl)}</p>
${interrupted ? '<p class="note">Interrupted: this is of the part that ran.</p>' : ''}
</header>
<section aria-label="What was reached">
<p class="figure"><strong>${figure}</strong> orders a second were taken well</p>
<p>${escaped(kneeLine(report))}.</p>
${hitch === undefined ? '' : `<p>${escaped(hitch)}.</p>`}
<ul>
<li>${escaped(ledgerLine(report))}.</li>
<li>${escaped(realSaleLine(report))}.</li>
</ul>
</section>
<section>
<h2>Recommended</h2>
<dl>${advice(report)}</dl>
</section>
<section>
<h2>Stages</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Stages">${table(report)}</div>
</section>
${plotsOf(report).map(plotted).join('\n')}
<section>
${differencesIn(report)}<h2>Terms</h2>
${terms(report)}
</section>
</main>
</body>
</html>
`;
}

function advice({ recommendation: found, processes }: Report): string {
  const { rate, share, apiProcesses, settleProcesses } = found;
  const rows = [
    ['Rate', rate.value === null ? '–' : `${rate.value} a second`, rate.reason],
    ['Share', String(share.value ?? '–'), share.reason],
    ['API processes', `${apiProcesses.value} (now ${processes.api})`, apiProcesses.reason],
    [
      'Settle processes',
      `${settleProcesses.value} (now ${processes.settle})`,
      settleProcesses.reason,
    ],
  ];
  return rows
    .map(
      ([name = '', value = '', reason = '']) =>
        `<div><dt>${name}</dt><dd><b>${value}</b><span>${escaped(reason)}</span></dd></div>`,
    )
    .join('');
}

const COLUMNS = ['Clicks/s', 'Accepted/s', 'p50', 'p95', 'p99', 'Reserved p99', 'Pressure'];
const LAST_COLUMNS = ['Settled/s', 'Refused'];

function table({ stages }: Report): string {
  const ms = (value: number | undefined) => (value === undefined ? '–' : `${round(value)} ms`);
  const rows = stages.map((stage) => {
    const { answerMs, reservedMs, pressure, settledPerSecond: settled } = stage;
    const cells = [
      round(stage.ratePerSecond),
      round(stage.acceptedPerSecond),
      ms(answerMs?.p50),
      ms(answerMs?.p95),
      ms(answerMs?.p99),
      ms(reservedMs?.p99),
      pressure === undefined ? '–' : `${pressure.value.toFixed(2)} ${PART_NAMES[pressure.part]}`,
      settled === undefined ? '–' : round(settled),
      refusalsOf(stage),
    ];
    return `<tr>${cells.map((cell) => `<td>${escaped(String(cell))}</td>`).join('')}</tr>`;
  });
  const headings = [...COLUMNS, ...LAST_COLUMNS].map((name) => `<th scope="col">${name}</th>`);
  const head = `<thead><tr>${headings.join('')}</tr></thead>`;
  return `<table>${head}<tbody>${rows.join('')}</tbody></table>`;
}

function plotted(plot: Explained): string {
  const legend = plot.lines
    .map(({ name, tone }) => `<li><i class="${tone}"></i>${escaped(name)}</li>`)
    .join('');
  return `<section>
<h2>${escaped(plot.title)} <small>${escaped(plot.unit)}</small></h2>
<p class="quiet">${escaped(plot.explanation)}</p>
<ul class="legend">${legend}</ul>
<div class="wide">${svgOf(plot, WIDE)}</div><div class="narrow">${svgOf(plot, NARROW)}</div>
</section>`;
}

function differencesIn({ realSale: { differences } }: Report): string {
  if (differences.length === 0) return '';
  const lines = differences.map((line) => `<li>${escaped(line)}</li>`).join('');
  return `<h2>What is not as it was</h2><ul>${lines}</ul>`;
}

function terms({ terms: rehearsed, saleTerms, saleId }: Report): string {
  const names = { units: 'Units', ratePerSecond: 'Rate', share: 'Share', perBuyer: 'Per buyer' };
  const rows = (Object.keys(names) as (keyof typeof names)[]).map(
    (name) =>
      `<tr><th scope="row">${names[name]}</th><td>${rehearsed[name]}</td>` +
      `<td>${saleTerms[name]}</td></tr>`,
  );
  return (
    '<div class="scroll" tabindex="0" role="region" aria-label="Terms"><table class="terms">' +
    '<thead><tr><td></td><th scope="col">Rehearsal</th>' +
    `<th scope="col">${escaped(saleId)}</th></tr>` +
    `</thead><tbody>${rows.join('')}</tbody></table></div>`
  );
}

function round(value: number): string {
  return String(value < 10 ? Number(value.toFixed(1)) : Math.round(value));
}
