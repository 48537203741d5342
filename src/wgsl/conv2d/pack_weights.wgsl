// Weights [K,C,R,S] in the order in which a kernel reads them: panels of `lanes` vectors of four filters, none across groups;
// in a panel rows of `taps` runs, each of `run` channels, or of `span` pixels. What is past the last channel or filter is
// zero. Frame: each, an item being four filters of a row.
struct Params {
  count: u32, filters: u32, group: u32, panels: u32, lanes: u32, channels: u32,
  taps: u32, run: u32, pixel: u32, span: u32, width: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;

fn item(i: u32) {
  let row = (i / params.lanes) % (params.taps * params.run);
  let panel = i / (params.lanes * params.taps * params.run);
  let in_group = ((panel % params.panels) * params.lanes + i % params.lanes) * 4u;
  let k = (panel / params.panels) * params.group + in_group;
  let in_run = row % params.run;
  let c = in_run % params.pixel;
  let tap = (row / params.run) * params.span + in_run / params.pixel;
  let valid = c < params.channels && in_run / params.pixel < params.span;
  let size = params.taps * params.span;
  var value = vec4f(0.0);
  for (var lane = 0u; lane < 4u; lane++) {
    if (valid && in_group + lane < params.group) {
      value[lane] = w[((k + lane) * params.channels + c) * size + tap];
    }
  }
  put(i, value);
}
