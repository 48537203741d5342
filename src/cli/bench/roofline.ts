// The roofline (Williams, Waterman, Patterson 2009): what each kernel does against what memory and arithmetic allow it, both axes logarithmic.

import type { Roof } from '../../runtime/device/roof/roof.ts';
import { html, type Markup } from '../html.ts';
import { placeLabels } from './label_places.ts';
import { bandwidthOf } from './layer_cost.ts';
import { percent, three, time } from './roof_table.ts';
import type { LayerResult } from './schema.ts';

interface Measured {
  readonly name: string;
  readonly roof: Roof;
  readonly layers: readonly LayerResult[];
  /** Which adapter's. */
  readonly colour: number;
}

const [WIDTH, HEIGHT] = [960, 560];
const [LEFT, RIGHT, TOP, BOTTOM] = [66, 18, 18, 48];

/** A figure with a point for every layer under the roof of its adapter, null where there is nothing to show. Labelled where it is one adapter's. */
export function rooflineFigure(measured: readonly Measured[]): Markup | null {
  const all = measured.flatMap(({ layers }) => layers.flatMap(pointsOf));
  if (all.length === 0) return null;
  const ridges = measured.map(({ roof }) => roof.f32Gflops / bandwidthOf(roof));
  const peaks = measured.flatMap(({ roof }) => [roof.f32Gflops, roof.f16Gflops ?? 0]);
  const horizontal = axis([...all.map(({ intensity }) => intensity), ...ridges], LEFT, WIDTH - RIGHT);
  const vertical = axis([...all.map(({ gflops }) => gflops), ...peaks], HEIGHT - BOTTOM, TOP);
  const [x, y] = [horizontal.place, vertical.place];
  const single = measured.length === 1;
  return html`<figure class="roofline">
<figcaption>What kernels do under what the adapter can do (log)${single ? null : measured.map(({ name, roof, colour }) => html` <span class="key adapter-${colour % 6}">${name}: f32 ${three(roof.f32Gflops)} GFLOP/s, memory ${three(bandwidthOf(roof))} GB/s</span>`)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="GFLOP/s of each kernel over its operations for a byte, under the adapter's roof">
${horizontal.ticks.map(
  (
    tick,
  ) => html`<path class="grid" d="M${x(tick)} ${TOP}V${HEIGHT - BOTTOM}"/><text class="tick" x="${x(tick)}" y="${HEIGHT - BOTTOM + 18}">${three(tick)}</text>
`,
)}${vertical.ticks.map(
  (
    tick,
  ) => html`<path class="grid" d="M${LEFT} ${y(tick)}H${WIDTH - RIGHT}"/><text class="value" x="${LEFT - 8}" y="${y(tick)}">${three(tick)}</text>
`,
)}<path class="axis" d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}"/>
<text class="title" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}">floating-point operations for a byte of memory</text>
<text class="title" x="0" y="0" transform="translate(14 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)">GFLOP/s</text>
${measured.map(
  (
    one,
  ) => html`<g class="adapter-${one.colour % 6}">${roofLine(one, horizontal, vertical, single)}${points(one, x, y)}</g>
`,
)}${single ? labels(measured[0]!, x, y) : null}</svg>
</figure>
<p class="note">Filled points are forward passes, rings gradients; faint ones are kernels that convoke does not choose for the layer. The slope is
memory, the flat part f32 multiply-adds${measured.some(({ roof }) => roof.f16Gflops !== null) ? ', dashed in f16' : ''}, both as measured here. Point at one for its numbers.</p>`;
}

interface Point {
  readonly layer: string;
  readonly kernel: string;
  readonly chosen: boolean;
  readonly intensity: number;
  readonly gflops: number;
  readonly title: string;
}

function pointsOf({ layer, flops, bytes, kernels }: LayerResult): Point[] {
  return kernels.flatMap(({ kernel, chosen, wrong, gflops, medianMs, roofShare }) => {
    if (wrong !== null || gflops <= 0) return [];
    const title = `${layer}\n${kernel}${chosen ? '' : ' (not chosen)'}: ${time(medianMs)}, ${three(gflops)} GFLOP/s, ${percent(roofShare)} of the roof`;
    return [{ layer, kernel, chosen, intensity: flops / bytes, gflops, title }];
  });
}

type Place = (value: number) => number;

interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  readonly place: Place;
}

/** A logarithmic axis with room beyond the values. */
function axis(values: readonly number[], from: number, to: number): Axis {
  const positive = values.filter((value) => value > 0);
  const [low, high] = [Math.min(...positive) / 1.6, Math.max(...positive) * 1.6];
  const decades = Array.from({ length: 24 }, (_, i) => 10 ** (i - 10));
  const steps = high / low > 1000 ? [1] : high / low > 50 ? [1, 3] : [1, 2, 5];
  const ticks = decades.flatMap((decade) => steps.map((step) => step * decade));
  const place = (value: number) => fixed(from + ((to - from) * Math.log(value / low)) / Math.log(high / low));
  return { low, high, ticks: ticks.filter((tick) => tick >= low && tick <= high), place };
}

/** Where several adapters are shown, their legend has the numbers. */
function roofLine({ roof }: Measured, horizontal: Axis, vertical: Axis, named: boolean): Markup {
  const bandwidth = bandwidthOf(roof);
  const [x, y] = [horizontal.place, vertical.place];
  // Where memory alone would leave the picture at its lower edge.
  const begin = Math.max(horizontal.low, vertical.low / bandwidth);
  const line = (peak: number) =>
    `M${x(begin)} ${y(begin * bandwidth)}L${x(peak / bandwidth)} ${y(peak)}H${WIDTH - RIGHT}`;
  const flat = (peak: number, text: string, dy: number) =>
    named
      ? html`<text class="limit" x="${WIDTH - RIGHT - 4}" y="${fixed(y(peak) + dy)}" text-anchor="end">${text}, ${three(peak)} GFLOP/s</text>`
      : null;
  const middle = Math.sqrt(begin * (roof.f32Gflops / bandwidth));
  const slope = Math.atan2(y(middle * bandwidth * 2) - y(middle * bandwidth), x(middle * 2) - x(middle));
  const angle = fixed((slope * 180) / Math.PI);
  const ridge = roof.f16Gflops === null ? 0 : roof.f16Gflops / bandwidth;
  return html`<path class="roof" d="${line(roof.f32Gflops)}"/>${flat(roof.f32Gflops, 'f32', -8)}
${ridge > 0 && ridge < horizontal.high ? html`<path class="roof half" d="M${x(Math.min(ridge, roof.f32Gflops / bandwidth))} ${y(Math.min(roof.f16Gflops!, roof.f32Gflops))}L${x(ridge)} ${y(roof.f16Gflops!)}H${WIDTH - RIGHT}"/>${flat(roof.f16Gflops!, 'f16', roof.f16Gflops! < roof.f32Gflops ? 16 : -8)}` : null}
${named ? html`<text class="limit" text-anchor="middle" transform="translate(${x(middle)} ${fixed(y(middle * bandwidth) - 8)}) rotate(${angle})">memory, ${three(bandwidth)} GB/s</text>` : null}
`;
}

const isBackward = (layer: string): boolean => /^\w+_(gradient|sums) /.test(layer);

function points({ layers }: Measured, x: Place, y: Place): readonly Markup[] {
  return layers.flatMap((layer) => {
    const found = pointsOf(layer);
    const chosen = found.find((point) => point.chosen);
    const others = found.filter((point) => !point.chosen);
    const lowest = Math.min(...others.map(({ gflops }) => gflops));
    return [
      ...(chosen && lowest < chosen.gflops
        ? [html`<path class="gain" d="M${x(chosen.intensity)} ${y(chosen.gflops)}V${y(lowest)}"/>`]
        : []),
      ...others.map((point) => dot(point, 'other', 3, x, y)),
      ...(chosen ? [dot(chosen, isBackward(chosen.layer) ? 'backward' : 'point', 5, x, y)] : []),
    ];
  });
}

function dot({ intensity, gflops, title }: Point, kind: string, radius: number, x: Place, y: Place): Markup {
  return html`<circle class="${kind}" cx="${x(intensity)}" cy="${y(gflops)}" r="${radius}"><title>${title}</title></circle>
`;
}

function labels({ layers, roof }: Measured, x: Place, y: Place): readonly Markup[] {
  const chosen = layers.flatMap((layer) => pointsOf(layer).filter((point) => point.chosen));
  const area = { left: LEFT + 4, right: WIDTH - RIGHT, top: TOP + 4, bottom: HEIGHT - BOTTOM - 4 };
  const bandwidth = bandwidthOf(roof);
  const taken = layers.flatMap(pointsOf).map((point) => ({ x: x(point.intensity), y: y(point.gflops) }));
  // Labels keep off the lines of the roof.
  const intensities = Array.from({ length: 60 }, (_, i) => 10 ** (-2 + i / 10));
  const peaks = [roof.f32Gflops, ...(roof.f16Gflops === null ? [] : [roof.f16Gflops])];
  const roofPoints = peaks.flatMap((peak) =>
    intensities.map((at) => ({ x: x(at), y: y(Math.min(peak, bandwidth * at)) })),
  );
  const wanted = chosen.map((point) => ({ x: x(point.intensity), y: y(point.gflops), text: labelOf(point.layer) }));
  return placeLabels(wanted, [...taken, ...roofPoints], area).map(
    ({
      text,
      x: at,
      y: height,
      anchor,
      leader,
    }) => html`${leader ? html`<path class="leader" d="M${leader.from.x} ${leader.from.y}L${leader.to.x} ${leader.to.y}"/>` : null}<text class="label" x="${at}" y="${height}" text-anchor="${anchor}">${text}</text>
`,
  );
}

/** The network and the layer, and what is learnt where it is a gradient: of the weights, or of the input. */
function labelOf(layer: string): string {
  const [operator = '', ...rest] = layer.split(' ');
  const name = rest
    .join(' ')
    .replace(/, depthwise$/, ' dw')
    .replace(/, grouped$/, '');
  if (!isBackward(layer)) return name;
  return `${/weight_gradient|sums/.test(operator) ? '∂w' : '∂x'} ${name}`;
}

const fixed = (coordinate: number): number => Math.round(coordinate * 10) / 10;
