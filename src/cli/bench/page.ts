// The page about a measured adapter, or several side by side: one file that needs nothing else, readable without a network.

import { median } from '../../runtime/median.ts';
import { html, type Markup, offlinePage } from '../html.ts';
import { size } from '../output.ts';
import { reportStyle } from '../report_style.ts';
import { barsFigure } from './bars.ts';
import { columnNames } from './comparison.ts';
import { bandwidthOf } from './layer_cost.ts';
import { imagesPerSecond } from './model_table.ts';
import { comparedTables } from './page_comparison.ts';
import { benchStyle } from './page_style.ts';
import { percent, roofLines, three, time } from './roof_table.ts';
import { rooflineFigure } from './roofline.ts';
import type { LayerResult, ModelResult, Report, TrainingResult } from './schema.ts';

/** The page's text. */
export function benchPage(reports: readonly Report[]): string {
  const names = columnNames(reports);
  const title = names.length === 1 ? `convoke on ${names[0]}` : `convoke on ${names.length} adapters`;
  const body = html`<header>
<h1>${title}</h1>
${reports.map((report, i) => lead(report, names.length > 1 ? names[i]! : null, i))}
</header>
${reports.length === 1 ? tiles(reports[0]!) : null}
${rooflineSection(reports, names)}
${reports.length === 1 ? details(reports[0]!) : comparedTables(reports, names)}
<section>
<h2>Where it was measured</h2>
${reports.map((report) => environmentTable(report))}
</section>
<footer>Written by convoke ${reports[0]?.environment.versions.convoke ?? ''}.</footer>
`;
  return offlinePage({ title, style: reportStyle + benchStyle }, body);
}

function lead({ environment }: Report, name: string | null, index: number): Markup {
  const { date, driver, software, load, cores } = environment;
  const key = name === null ? null : html`<span class="key adapter-${index % 6}">${name}</span>: `;
  const who = software ? ', where a CPU plays the GPU' : '';
  const busy = load > cores ? `. The machine was busy (load ${load} on ${cores} cores): believe ratios alone` : '';
  return html`<p class="lead">${key}${date.slice(0, 16).replace('T', ' ')} UTC, driver ${driver}${who}${busy}</p>
`;
}

function tiles({ roof, kernels = [], models = [], training = [] }: Report): Markup {
  const shares = kernels.flatMap(({ kernels }) => kernels.filter(({ chosen, wrong }) => chosen && !wrong));
  const middle = median(shares.map(({ roofShare }) => roofShare));
  const quickest = models.toSorted((a, b) => a.medianMs - b.medianMs)[0];
  const facts: (readonly [string, string] | null)[] = [
    roof ? [`${three(roof.f32Gflops)} GFLOP/s`, 'multiply-adds, f32'] : null,
    roof ? [`${three(bandwidthOf(roof))} GB/s`, 'memory'] : null,
    roof ? [time(roof.dispatchMs), 'a dispatch'] : null,
    shares.length > 0 ? [percent(middle), 'of the roof, the median layer'] : null,
    quickest ? [time(quickest.medianMs), `${quickest.model}, one image`] : null,
    training[0] ? [time(training[0].medianMs), `a step of ${training[0].model}`] : null,
  ];
  return html`<ul class="tiles">
${facts.map(
  (fact) =>
    fact &&
    html`<li><b>${fact[0]}</b><span>${fact[1]}</span></li>
`,
)}</ul>`;
}

function rooflineSection(reports: readonly Report[], names: readonly string[]): Markup | null {
  const figure = rooflineFigure(
    reports.flatMap(({ roof, kernels }, i) =>
      roof && kernels ? [{ name: names[i]!, roof, layers: kernels, colour: i }] : [],
    ),
  );
  return (
    figure &&
    html`<section>
<h2>Kernels under the roof</h2>
${figure}
</section>`
  );
}

function details({ roof, kernels, models, training }: Report): Markup {
  return html`${kernels ? kernelTables(kernels) : null}
${models ? modelSection(models) : null}
${training ? trainingSection(training) : null}
${
  roof
    ? html`<section>
<h2>Peak</h2>
<table class="numbers"><tbody>
${roofLines(roof).map(
  ([what, amount]) => html`<tr><th scope="row">${what}</th><td>${amount}</td></tr>
`,
)}</tbody></table>
</section>`
    : null
}`;
}

/** A row for every layer, and all its kernels for who wants to see them. */
function kernelTables(layers: readonly LayerResult[]): Markup {
  const chosen = layers.map((row) => ({ ...row, kernels: row.kernels.filter(({ chosen }) => chosen) }));
  return html`${kernelTable(chosen)}
<p class="note">Each layer by the kernel that convoke chooses here. Operations are counted as in the definition and bytes as if memory were
touched once, so that Winograd's products and caches may pass the roof.</p>
<details><summary>Every kernel that can serve these layers</summary>
${kernelTable(layers)}
</details>`;
}

function kernelTable(layers: readonly LayerResult[]): Markup {
  const head = ['time', 'GFLOP/s', 'GB/s', 'of the roof', 'to the plain one'];
  return html`<div class="scroll"><table class="numbers">
<thead><tr><th scope="col">layer</th><th scope="col" class="text">kernel</th>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${layers.flatMap(({ layer, kernels }) =>
  kernels.map(
    (
      kernel,
      i,
    ) => html`<tr class="${kernel.chosen ? 'chosen' : 'other'}"><th scope="row">${i === 0 ? layer : ''}</th><td class="text">${kernel.kernel}</td>${
      kernel.wrong === null ? kernelCells(kernel) : html`<td class="wrong" colspan="5">${kernel.wrong}</td>`
    }</tr>
`,
  ),
)}</tbody></table></div>`;
}

function kernelCells({ medianMs, gflops, gbytes, roofShare, speedup }: LayerResult['kernels'][number]): Markup {
  const width = Math.round(1000 * Math.min(1, roofShare)) / 10;
  return html`<td>${time(medianMs)}</td><td>${three(gflops)}</td><td>${three(gbytes)}</td><td class="share"><b style="--share:${width}%"></b>${percent(roofShare)}</td><td>${three(speedup)} x</td>`;
}

function modelSection(models: readonly ModelResult[]): Markup {
  const startMs = ({ compileMs, loadMs, firstMs }: ModelResult) => compileMs + loadMs + firstMs;
  const batch = models[0]?.batch ?? 1;
  return html`<section>
<h2>Models, ${batch === 1 ? 'one image' : `${batch} images`} at a time</h2>
<div class="charts">
${barsFigure(
  'Images per second',
  models.map((row) => bar(row.model, imagesPerSecond(row), three)),
)}
${barsFigure(
  'Start until the first answer',
  models.map((row) => bar(row.model, startMs(row), time)),
)}
${barsFigure(
  'GPU memory',
  models.map((row) => bar(row.model, row.peakBytes, size)),
)}
</div>
<div class="scroll"><table class="numbers">
<thead><tr><th scope="col">model</th><th scope="col">compile</th><th scope="col">load</th><th scope="col">first</th><th scope="col">steady</th><th scope="col">best</th><th scope="col">p99</th><th scope="col">pipelines</th></tr></thead>
<tbody>
${models.map((row) => {
  const times = [row.compileMs, row.loadMs, row.firstMs, row.medianMs, row.bestMs, row.p99Ms];
  return html`<tr><th scope="row">${row.model}, ${row.size} x ${row.size}</th>${times.map((ms) => html`<td>${time(ms)}</td>`)}<td>${row.pipelines}</td></tr>
`;
})}</tbody></table></div>
</section>`;
}

function trainingSection(rows: readonly TrainingResult[]): Markup {
  return html`<section>
<h2>Training steps</h2>
<div class="scroll"><table class="numbers">
<thead><tr><th scope="col">model</th><th scope="col">first</th><th scope="col">steady</th><th scope="col">best</th><th scope="col">p99</th><th scope="col">images a second</th><th scope="col">loss</th></tr></thead>
<tbody>
${rows.map((row) => {
  const times = [row.firstMs, row.medianMs, row.bestMs, row.p99Ms];
  return html`<tr><th scope="row">${row.model}, batch ${row.batch}, ${row.size} x ${row.size}</th>${times.map((ms) => html`<td>${time(ms)}</td>`)}<td>${three(imagesPerSecond(row))}</td><td>${three(row.firstLoss)} to ${three(row.lastLoss)}</td></tr>
`;
})}</tbody></table></div>
</section>`;
}

function environmentTable({ environment }: Report): Markup {
  const { adapter, driver, cpu, cores, load, platform, versions, date } = environment;
  const fields = {
    adapter,
    driver,
    cpu: `${cpu}, ${cores} cores`,
    'load at the start': load,
    platform,
    date,
    ...versions,
  };
  return html`<table class="settings"><tbody>
${Object.entries(fields).map(
  ([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>
`,
)}</tbody></table>
`;
}

const bar = (name: string, value: number, text: (value: number) => string) => ({ name, value, text: text(value) });
