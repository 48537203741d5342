// Weights [K,C,R,S] in the order in which a kernel reads them: panels of `lanes` vectors of four filters, none across groups;
// in a panel `rows`: runs of taps, each of `run` channels, or of `span` pixels. What is past the last channel or filter is
// zero. Frame: each, an item being four filters of ROWS rows, through which it counts, as CPUs are slow to divide.
struct Params {
  count: u32, group: u32, panels: u32, lanes: u32, channels: u32, taps: u32,
  rows: u32, chunks: u32, run: u32, pixel: u32, span: u32, width: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;

fn item(i: u32) {
  let lane = i % params.lanes;
  let panel = i / (params.lanes * params.chunks);
  var row = i / params.lanes % params.chunks * ROWS;
  let quad = (panel * params.rows + row) * params.lanes + lane;
  var to = vec2u(quad % params.width, quad / params.width);
  let in_group = (panel % params.panels * params.lanes + lane) * 4u;
  let held = in_group + vec4u(0u, 1u, 2u, 3u) < vec4u(params.group);
  let size = params.channels * params.taps;
  let first = (panel / params.panels * params.group + in_group) * size;
  var tap = row / params.run * params.span;
  var pixel = row % params.run / params.pixel;
  var c = row % params.run % params.pixel;
  let end = min(row + ROWS, params.rows);
  for (; row < end; row++) {
    let at = first + c * params.taps + tap + pixel;
    let value = vec4f(w[at], w[at + size], w[at + 2u * size], w[at + 3u * size]);
    put(to, select(vec4f(0.0), value, held & vec4<bool>(c < params.channels && pixel < params.span)));
    to.x += params.lanes;
    to = select(to, vec2u(to.x - params.width, to.y + 1u), to.x >= params.width);
    c++;
    let run_ends = pixel * params.pixel + c == params.run;
    let pixel_ends = c == params.pixel || run_ends;
    c = select(c, 0u, pixel_ends);
    pixel = select(pixel + u32(pixel_ends), 0u, run_ends);
    tap += select(0u, params.span, run_ends);
  }
}
