// Decides how each value lies in memory, and writes the dispatches of the kernels that were chosen.

import { imageToRows, rowsToImage } from '../../wgsl/layout/layout.ts';
import type { Emitter } from '../../wgsl/op.ts';
import { GraphError } from '../errors.ts';
import { consumers, type Graph } from '../graph/graph.ts';
import { formatShape, hasBatch, type Value } from '../graph/value.ts';
import type { AdapterFacts } from '../plan/facts.ts';
import {
  channelSlice,
  type Halo,
  type ImageLayout,
  type ImageNeeds,
  imageLayout,
  type Layout,
  NO_HALO,
} from '../plan/layout.ts';
import type { BufferRef, BufferRole, BufferSpec, Program, Step } from '../plan/program.ts';
import { type Choose, type ChosenKernel, channelBlock, chooseKernels } from './choose_kernels.ts';
import { placedParts } from './placed_parts.ts';

/** What is stored as f16: images of pixels, or those and weights that never change. */
export type Half = 'images' | 'all';

/**
 * Throws GraphError for inputs and outputs that no caller could tell apart, PlanError where no kernel serves. What is to be stored
 * as f16 is laid out so; the steps are yet to be made so.
 */
export function lower(graph: Graph, facts: AdapterFacts, choose: Choose = () => undefined, half?: Half): Program {
  checkEnds(graph);
  const chosen = chooseKernels(graph, facts, choose, half === 'all');
  const layouts = assignLayouts(graph, chosen, channelBlock(facts), half !== undefined);

  const buffers: BufferSpec[] = [];
  const steps: Step[] = [];
  const refs = new Map<Value, BufferRef>();
  const add = (name: string, role: BufferRole, layout: Layout, extra?: Pick<BufferSpec, 'parameter'>): BufferRef => {
    buffers.push({ id: buffers.length, name, role, layout, ...extra });
    return { id: buffers.length - 1, layout };
  };
  const place = (value: Value): BufferRef => {
    const known = refs.get(value);
    if (known) return known;
    const layout = layouts.layout(value);
    const owner = layouts.owner.get(value);
    const ref = owner ? { id: place(owner).id, layout } : allocate(value, layout, add);
    refs.set(value, ref);
    return ref;
  };

  const inputs: Record<string, number> = {};
  const outputs: Record<string, number> = {};
  for (const value of graph.values) {
    if (value.kind === 'input') {
      const rows = add(value.name, 'input', { kind: 'rows', shape: value.shape });
      inputs[value.name] = rows.id;
      if (hasBatch(value)) steps.push(rowsToImage(value.name, rows, place(value)));
      else refs.set(value, rows);
    }
    const chose = chosen.get(value);
    if (!chose || layouts.views.has(value)) continue;
    chose.candidate.emit(chose.call, emitter(value, place, add, steps));
  }
  for (const [key, value] of Object.entries(graph.outputs)) {
    const ref = place(value);
    if (!hasBatch(value) || readsAsRows(ref, buffers, steps)) outputs[key] = outputInPlace(ref, value, buffers);
    else {
      const rows = add(key, 'output', { kind: 'rows', shape: value.shape });
      outputs[key] = rows.id;
      steps.push(imageToRows(key, ref, rows));
    }
  }
  return { buffers, load: [], run: steps, inputs, outputs };
}

function checkEnds(graph: Graph): void {
  const names = new Set<string>();
  for (const value of graph.values) {
    if (value.kind !== 'input') continue;
    if (names.has(value.name)) throw new GraphError('duplicate_name', `the model has two inputs ${value.name}`);
    names.add(value.name);
  }
  for (const [key, value] of Object.entries(graph.outputs))
    if (!hasBatch(value) && (value.kind !== 'operator' || value.operator?.writes))
      throw new GraphError(
        'shape_mismatch',
        `output ${key} is no activation, nor computed: ${formatShape(value.shape)}`,
      );
}

/** Whether an activation lies as the public face has it, one pixel with no gaps, and is not copied as texels, which is done from arenas. */
function readsAsRows({ id, layout }: BufferRef, buffers: readonly BufferSpec[], steps: readonly Step[]): boolean {
  if (layout.kind !== 'image' || layout.half || buffers[id]?.role !== 'activation') return false;
  const tight = layout.height * layout.width === 1 && layout.image === layout.channels;
  return tight && !steps.some(({ copied = {} }) => Object.values(copied).some((ref) => ref.id === id));
}

/** What is in rows already is copied out of where it was made. */
function outputInPlace({ id }: BufferRef, { shape }: Value, buffers: BufferSpec[]): number {
  const buffer = buffers[id];
  if (buffer?.role !== 'activation') throw new GraphError('duplicate_name', `${buffer?.name} is an output twice`);
  buffers[id] = { ...buffer, role: 'output', layout: { kind: 'rows', shape } };
  return id;
}

interface Layouts {
  layout(value: Value): Layout;
  /** The value in whose buffer this one lies. */
  readonly owner: ReadonlyMap<Value, Value>;
  /** Values that are their input's memory read in another way: no kernel runs. */
  readonly views: ReadonlySet<Value>;
}

function assignLayouts(graph: Graph, chosen: ReadonlyMap<Value, ChosenKernel>, block: number, half: boolean): Layouts {
  const placed = placedParts(graph);
  const needs = gatherNeeds(graph, chosen, placed, block);
  const layouts = new Map<Value, Layout>();
  const owner = new Map<Value, Value>();
  const views = new Set<Value>();
  const layout = (value: Value): Layout => {
    const known = layouts.get(value);
    if (known) return known;
    const made = make(value);
    layouts.set(value, made);
    return made;
  };
  const make = (value: Value): Layout => {
    if (!hasBatch(value)) {
      const written = value.inputs[value.operator?.writes?.[0] ?? ''];
      if (written) owner.set(value, written);
      return { kind: 'rows', shape: value.shape };
    }
    const place = placed.get(value);
    if (place) {
      owner.set(value, place.root);
      return channelSlice(layout(place.root) as ImageLayout, place.from, place.channels);
    }
    const [source] = Object.values(value.inputs);
    const view = source && value.operator?.view?.(value, layout(source));
    if (source && view) {
      owner.set(value, source);
      views.add(value);
      return view;
    }
    // What has no pixels takes little memory, and losses need all its digits.
    const halved = half && value.shape.length === 4 && !value.operator?.exact;
    return imageLayout(value.shape, needs.get(value) ?? { halo: NO_HALO, block }, halved);
  };
  for (const value of graph.values) layout(value);
  return { layout, owner, views };
}

/** What all readers of each image together ask of its layout. */
function gatherNeeds(
  graph: Graph,
  chosen: ReadonlyMap<Value, ChosenKernel>,
  placed: ReturnType<typeof placedParts>,
  block: number,
): ReadonlyMap<Value, ImageNeeds> {
  const readers = consumers(graph);
  const outputs = new Set(Object.values(graph.outputs));
  const asked = new Map<Value, Partial<ImageNeeds>[]>();
  for (const { call, candidate } of chosen.values())
    for (const [name, need] of Object.entries(candidate.needs?.(call) ?? {})) {
      const input = call.inputs[name];
      if (input) asked.set(input, [...(asked.get(input) ?? []), need]);
    }
  // Readers of a view read its source's memory, so what they ask is asked of the source.
  for (const value of graph.values.toReversed()) {
    const [source] = Object.values(value.inputs);
    const list = asked.get(value);
    if (!source || !list || !value.operator?.view) continue;
    asked.set(source, [...(asked.get(source) ?? []), ...list.map(({ tight: _, ...need }) => need)]);
  }
  const result = new Map<Value, ImageNeeds>();
  for (const [value, list] of asked) {
    // Tight pixels break vectors, so every reader must have asked for the same, and the only writer must be the upload.
    const [tight] = list.map((need) => need.tight);
    const served =
      value.kind === 'input' &&
      !outputs.has(value) &&
      list.length === readers.get(value)?.length &&
      list.every((need) => need.tight === tight);
    result.set(value, {
      halo: widest(list),
      block: Math.max(block, ...list.map((need) => need.block ?? 0)),
      ...(served && tight && { tight }),
    });
  }
  for (const [part, { root }] of placed) {
    const need = result.get(part);
    // A part's channels end where the next part's begin: there is no room for wider padding.
    const wide = Math.max(need?.block ?? 0, result.get(root)?.block ?? 0);
    if (wide > block)
      throw new TypeError(`concat(${root.name}): a kernel asks for blocks of ${wide} channels, parts lie in ${block}s`);
    if (need) result.set(root, { halo: widest([need, result.get(root)]), block });
  }
  return result;
}

/** The border that has room for each of them. */
function widest(needs: readonly (Partial<ImageNeeds> | undefined)[]): Halo {
  const most = (edge: keyof Halo) => Math.max(0, ...needs.map((need) => need?.halo?.[edge] ?? 0));
  return { top: most('top'), left: most('left'), bottom: most('bottom'), right: most('right') };
}

function allocate(
  value: Value,
  layout: Layout,
  add: (name: string, role: BufferRole, layout: Layout, extra?: Pick<BufferSpec, 'parameter'>) => BufferRef,
): BufferRef {
  if (value.kind !== 'parameter') return add(value.name, 'activation', layout);
  const rows = value.attributes.rows;
  const [from = 0, to = Number(value.shape[0] ?? 1)] = Array.isArray(rows) ? (rows as number[]) : [];
  return add(value.name, 'parameter', layout, { parameter: { name: value.name, from, to } });
}

function emitter(
  value: Value,
  place: (value: Value) => BufferRef,
  add: (name: string, role: BufferRole, layout: Layout) => BufferRef,
  steps: Step[],
): Emitter {
  return {
    input(name) {
      const input = value.inputs[name];
      if (!input) throw new TypeError(`${value.operator?.name}(${value.name}) has no input ${name}`);
      return place(input);
    },
    output: place(value),
    scratch: (name, layout) => add(`${value.name}.${name}`, 'activation', layout),
    step: (step) => steps.push({ ...step, layer: value.name, operator: value.operator?.name ?? '' }),
  };
}
