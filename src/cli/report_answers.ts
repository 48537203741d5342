// What a report shows of a model's answers: which class was taken for which, and the pictures that were read wrongly.

import { html, type Markup } from './html.ts';
import { shareText } from './score_text.ts';

/** A picture that was read wrongly; class numbers, and the share of certainty of the answer. */
export interface WrongAnswer {
  readonly name: string;
  readonly label: number;
  readonly answer: number;
  readonly probability: number;
  /** `data:image/png;base64,...`. */
  readonly picture: string;
}

/** A table of more classes than this says nothing at a glance. */
const MOST_CLASSES = 40;
const MOST_PAIRS = 24;

/** `confusion[truth][answer]` counts pictures: a table, or the most frequent mistakes where there are many classes. */
export function confusionTable(confusion: readonly (readonly number[])[], names: readonly string[]): Markup {
  if (confusion.length > MOST_CLASSES) return pairTable(confusion, names);
  return html`<div class="scroll"><table class="confusion">
<thead><tr><th></th>${names.map((name) => html`<th scope="col">${name}</th>`)}<th scope="col" class="share">right</th></tr></thead>
<tbody>
${confusion.map((row, truth) => {
  const total = row.reduce((sum, count) => sum + count, 0);
  const cells = row.map((count, answer) => {
    const kind = count === 0 ? 'none' : truth === answer ? 'right' : 'wrong';
    // Mistakes are rare: their root shows them, and their order stays.
    const share = total === 0 ? 0 : count / total;
    const strength = Math.round(100 * (truth === answer ? share ** 2 : Math.cbrt(share)));
    return html`<td class="${kind}" style="--strength:${strength}%" title="${names[truth]!} read as ${names[answer]!}: ${count} of ${total}">${count}</td>`;
  });
  return html`<tr><th scope="row">${names[truth]!}</th>${cells}<td class="share">${total === 0 ? '' : shareText(row[truth]! / total)}</td></tr>
`;
})}</tbody>
</table></div>
<p class="note">Rows are the true classes, columns the answers.</p>`;
}

function pairTable(confusion: readonly (readonly number[])[], names: readonly string[]): Markup {
  const pairs = confusion.flatMap((row, truth) =>
    row.flatMap((count, answer) => (count > 0 && truth !== answer ? [{ truth, answer, count }] : [])),
  );
  const most = pairs.sort((a, b) => b.count - a.count).slice(0, MOST_PAIRS);
  return html`<table class="pairs">
<thead><tr><th scope="col">true class</th><th scope="col">answer</th><th scope="col">pictures</th></tr></thead>
<tbody>${most.map(({ truth, answer, count }) => html`<tr><td>${names[truth]!}</td><td>${names[answer]!}</td><td>${count}</td></tr>`)}</tbody>
</table>
<p class="note">The most frequent mistakes among ${confusion.length} classes.</p>`;
}

/** The pictures, with what they are and what they were taken for. */
export function wrongGallery(wrong: readonly WrongAnswer[], names: readonly string[]): Markup {
  return html`<div class="gallery">
${wrong.map(
  ({ name, label, answer, probability, picture }) => html`<figure title="${name}">
<img src="${picture}" alt="${name}" loading="lazy">
<figcaption><b>${names[label]!}</b> read as <b class="answer">${names[answer]!}</b><br><small>${(100 * probability).toFixed(0)} % certain</small></figcaption>
</figure>
`,
)}</div>`;
}
