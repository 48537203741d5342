// Bars of a page: lengths to compare, each with its number.

import { html, type Markup } from '../html.ts';

interface Bar {
  readonly name: string;
  readonly value: number;
  readonly text: string;
  /** Which adapter's. */
  readonly colour?: number;
}

/** From 0 to the largest value. */
export function barsFigure(title: string, bars: readonly Bar[]): Markup {
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  return html`<figure class="bars">
<figcaption>${title}</figcaption>
${bars.map(({ name, value, text, colour = 0 }) => {
  const share = Math.round((1000 * value) / most) / 10;
  return html`<div class="bar"><span>${name}</span><i>${value > 0 ? html`<b class="adapter-${colour % 6}" style="--share:${share}%"></b>` : null}</i><span>${text}</span></div>
`;
})}</figure>`;
}
