// Curves of a report, as SVG inside the page: a tooltip at every point, no script.

import { html, type Markup } from './html.ts';

export interface PageCurve {
  readonly name: string;
  /** The class that colours it. */
  readonly kind: 'training' | 'validation' | 'rate';
  /** One for every epoch; null where there is none. */
  readonly values: readonly (number | null)[];
}

interface Scale {
  readonly low: number;
  readonly high: number;
  readonly logarithmic: boolean;
  readonly ticks: readonly number[];
}

const [WIDTH, HEIGHT] = [420, 250];
const [LEFT, RIGHT, TOP, BOTTOM] = [58, 12, 12, 30];
/** Values that span more than this are shown by their logarithm. */
const WIDE = 30;

/** A figure of curves over the epochs; `best` (from 1) is marked. Null where there is nothing to show. */
export function curveFigure(
  title: string,
  curves: readonly PageCurve[],
  label: (value: number) => string,
  best: number | null = null,
): Markup | null {
  const shown = curves.filter(({ values }) => values.some(isNumber));
  if (shown.length === 0) return null;
  const scale = scaleOf(shown.flatMap(({ values }) => values.filter(isNumber)));
  const epochs = Math.max(...shown.map(({ values }) => values.length));
  const x = (epoch: number) => fixed(LEFT + ((WIDTH - LEFT - RIGHT) * (epoch - 1)) / Math.max(1, epochs - 1));
  const y = (value: number) => fixed(TOP + (HEIGHT - TOP - BOTTOM) * (1 - place(value, scale)));
  const bottom = HEIGHT - BOTTOM;
  return html`<figure class="curves">
<figcaption>${title}${scale.logarithmic ? ' (log)' : ''} ${shown.map(
    ({ name, kind }) => html`<span class="key ${kind}">${name}</span>`,
  )}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title} over the epochs">
${scale.ticks.map(
  (tick) => html`<path class="grid" d="M${LEFT} ${y(tick)}H${WIDTH - RIGHT}"/>
<text x="${LEFT - 8}" y="${y(tick)}" class="value">${label(tick)}</text>
`,
)}${epochTicks(epochs).map((epoch) => html`<text x="${x(epoch)}" y="${bottom + 18}" class="epoch">${epoch}</text>`)}
<path class="axis" d="M${LEFT} ${TOP}V${bottom}H${WIDTH - RIGHT}"/>
${best === null ? null : html`<path class="best" d="M${x(best)} ${TOP}V${bottom}"><title>best: epoch ${best}</title></path>`}
${shown.map(({ name, kind, values }) => {
  const points = [...values.entries()].flatMap(([i, value]) => (isNumber(value) ? [{ epoch: i + 1, value }] : []));
  const path = points.map(({ epoch, value }) => `${x(epoch)} ${y(value)}`).join('L');
  return html`<path class="line ${kind}" d="M${path}"/>
${points.map(
  ({ epoch, value }) =>
    html`<circle class="${kind}" cx="${x(epoch)}" cy="${y(value)}" r="${points.length > 60 ? 2 : 3}"><title>epoch ${epoch}, ${name}: ${label(value)}</title></circle>`,
)}`;
})}
</svg>
</figure>`;
}

const isNumber = (value: number | null): value is number => value !== null && Number.isFinite(value);

const fixed = (coordinate: number): number => Math.round(coordinate * 10) / 10;

function place(value: number, { low, high, logarithmic }: Scale): number {
  if (logarithmic) return Math.log(value / low) / Math.log(high / low);
  return (value - low) / (high - low);
}

function scaleOf(values: readonly number[]): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (low > 0 && high / low > WIDE) {
    const decades = Array.from({ length: 40 }, (_, i) => 10 ** (i - 20));
    const ticks = decades.flatMap((decade) => [1, 2, 5].map((step) => Number((step * decade).toPrecision(1))));
    const inside = ticks.filter((tick) => tick >= low && tick <= high);
    return {
      low,
      high,
      logarithmic: true,
      ticks: inside.length > 7 ? inside.filter((tick) => /^1/.test(tick.toExponential())) : inside,
    };
  }
  const span = high - low || Math.abs(high) || 1;
  const rough = span / 4;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = decade * ([1, 2, 5, 10].find((step) => step * decade >= rough * 0.99) ?? 10);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  return { low: ticks[0]!, high: ticks.at(-1)!, logarithmic: false, ticks };
}

/** At most nine numbers of epochs, the first and the last among them. */
function epochTicks(epochs: number): number[] {
  const step = Math.max(1, Math.ceil((epochs - 1) / 7));
  const ticks = Array.from({ length: Math.floor((epochs - 1) / step) + 1 }, (_, i) => 1 + i * step);
  const last = ticks.at(-1)!;
  if (last === epochs) return ticks;
  return last + step / 2 > epochs ? [...ticks.slice(0, -1), epochs] : [...ticks, epochs];
}
