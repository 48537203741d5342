// The page about a training: one file that needs nothing else, readable without a network.

import type { EpochEvent, Scores } from '../training/events.ts';
import { html, type Markup, offlinePage } from './html.ts';
import { confusionTable, type WrongAnswer, wrongGallery } from './report_answers.ts';
import { curveFigure } from './report_curves.ts';
import { reportStyle } from './report_style.ts';
import { countText, shareText, timeText } from './score_text.ts';

export interface Report {
  readonly model: string;
  readonly data: string;
  /** As it was typed. */
  readonly command: string;
  readonly began: Date;
  readonly seconds: number;
  readonly adapter: string;
  readonly version: string;
  /** What was set, in the order to show it. */
  readonly settings: Readonly<Record<string, string | number>>;
  readonly epochs: readonly EpochEvent[];
  readonly classNames: readonly string[];
  /** Answers to pictures that were not learned from; null where there are none. */
  readonly test: {
    readonly scores: Scores;
    readonly confusion: readonly (readonly number[])[];
    /** Those that are shown; `wrongCount` says how many there are. */
    readonly wrong: readonly WrongAnswer[];
    readonly wrongCount: number;
  } | null;
}

/** The page's text. */
export function reportPage(report: Report): string {
  const { model, data, command, began, adapter, version, epochs, test, classNames } = report;
  const date = began.toISOString().slice(0, 16).replace('T', ' ');
  const body = html`<header>
<h1>${model} on ${data}</h1>
<p class="lead">${date} UTC, on ${adapter}</p>
<pre>${command}</pre>
</header>
${tiles(report)}
<section>
<h2>How it learned</h2>
<div class="charts">
${charts(epochs)}
</div>
</section>
${test ? answers(test, classNames) : null}
<section>
<h2>Settings</h2>
<table class="settings"><tbody>
${Object.entries(report.settings).map(
  ([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>
`,
)}</tbody></table>
</section>
<footer>Written by convoke ${version}.</footer>
`;
  return offlinePage({ title: `${model} on ${data}`, style: reportStyle, pictures: true }, body);
}

function tiles({ epochs, seconds, test, classNames }: Report): Markup {
  const last = epochs.at(-1);
  const trained = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const rate = epochs.reduce((sum, epoch) => sum + epoch.imagesPerSecond * epoch.seconds, 0) / (trained || 1);
  const facts: (readonly [string, string] | null)[] = [
    test && [shareText(test.scores.top1), `of ${countText(test.scores.count)} pictures right`],
    test && classNames.length > 5 ? [shareText(test.scores.top5), 'right among five answers'] : null,
    test && [number(test.scores.loss), 'loss on these'],
    last ? [number(last.loss), 'loss of the last epoch'] : null,
    [countText(epochs.length), epochs.length === 1 ? 'epoch' : 'epochs'],
    [timeText(seconds), 'in all'],
    rate > 0 ? [countText(rate), 'pictures a second'] : null,
  ];
  return html`<ul class="tiles">
${facts.map(
  (fact) =>
    fact &&
    html`<li><b>${fact[0]}</b><span>${fact[1]}</span></li>
`,
)}</ul>`;
}

function charts(epochs: readonly EpochEvent[]): (Markup | null)[] {
  const best = epochs.findLast((epoch) => epoch.best)?.epoch ?? null;
  const from = <T>(read: (epoch: EpochEvent) => T): T[] => epochs.map(read);
  const pair = (training: (number | null)[], validation: (number | null)[]) => [
    { name: 'training', kind: 'training' as const, values: training },
    { name: 'validation', kind: 'validation' as const, values: validation },
  ];
  const loss = pair(
    from(({ loss }) => loss),
    from(({ validation }) => validation?.loss ?? null),
  );
  const accuracy = pair(
    from(({ accuracy }) => accuracy),
    from(({ validation }) => validation?.top1 ?? null),
  );
  const rate = { name: 'learning rate', kind: 'rate' as const, values: from(({ rate }) => rate) };
  const share = (value: number) => `${Number((100 * value).toFixed(3))} %`;
  return [
    curveFigure('Loss', loss, number, best),
    curveFigure('Accuracy', accuracy, share, best),
    new Set(rate.values).size > 1 ? curveFigure('Rate', [rate], number) : null,
  ];
}

function answers(
  { scores, confusion, wrong, wrongCount }: NonNullable<Report['test']>,
  names: readonly string[],
): Markup {
  const shown = wrong.length < wrongCount ? `, ${countText(wrong.length)} of them here` : '';
  return html`<section>
<h2>What was taken for what</h2>
${confusionTable(confusion, names)}
</section>
<section>
<h2>Read wrongly: ${countText(wrongCount)} of ${countText(scores.count)}${shown}</h2>
${wrong.length > 0 ? wrongGallery(wrong, names) : html`<p class="note">None.</p>`}
</section>`;
}

/** Three digits. */
function number(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3
    ? value.toExponential(1).replace('.0e', 'e')
    : String(Number(value.toPrecision(3)));
}
