// What a page about several adapters shows beside the roofline: every measurement in a row, a column for each.

import { html, type Markup } from '../html.ts';
import { barsFigure } from './bars.ts';
import { type ComparedRow, compareReports, ratioText, valueText } from './comparison.ts';
import { three } from './roof_table.ts';
import type { Report } from './schema.ts';

const headings: Readonly<Record<ComparedRow['part'], string>> = {
  peak: 'Peak',
  kernels: 'Kernels, as convoke chooses them',
  models: 'Models, one image at a time',
  training: 'Training steps',
};

export function comparedTables(reports: readonly Report[], names: readonly string[]): Markup {
  const rows = compareReports(reports);
  const parts = (Object.keys(headings) as ComparedRow['part'][]).filter((part) =>
    rows.some((row) => row.part === part),
  );
  return html`${parts.map((part) =>
    section(
      part,
      rows.filter((row) => row.part === part),
      names,
    ),
  )}
<p class="note">N x: N times as fast as ${names[0]!}.</p>`;
}

function section(part: ComparedRow['part'], rows: readonly ComparedRow[], names: readonly string[]): Markup {
  const bars = part === 'models' ? rows : [];
  return html`<section>
<h2>${headings[part]}</h2>
${
  bars.length > 0
    ? html`<div class="charts">${bars.map((row) =>
        barsFigure(
          `${row.name}, images per second`,
          row.values.map((value, i) => ({
            name: names[i]!,
            value: value ?? 0,
            text: value === null ? '-' : three(value),
            colour: i,
          })),
        ),
      )}</div>`
    : null
}
<div class="scroll"><table class="numbers">
<thead><tr><th></th>${names.map((name, i) => html`<th scope="col"><span class="key adapter-${i % 6}">${name}</span></th>`)}${names.slice(1).map((name) => html`<th scope="col">${name}, ratio</th>`)}</tr></thead>
<tbody>
${rows.map(
  ({
    name,
    unit,
    values,
    ratios,
  }) => html`<tr><th scope="row">${name}</th>${values.map((value) => html`<td>${valueText(value, unit)}</td>`)}${ratios.slice(1).map((ratio) => html`<td class="${ratio !== null && ratio < 1 ? 'slower' : 'faster'}">${ratioText(ratio)}</td>`)}</tr>
`,
)}</tbody></table></div>
</section>`;
}
