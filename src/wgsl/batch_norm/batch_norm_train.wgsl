// y = activate((x - mean) * gamma / sqrt(variance + eps) + beta + residual) with the batch's statistics. x, y [N,H,W,C]. Frame: each_run.
struct Params { x: Image, y: Image, residual: Image, count: u32, quads: u32, pixels: u32, length: u32, eps: f32, low: f32, high: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad>;
@group(0) @binding(4) var<storage, read> gamma: array<vec4f>;

fn run(i: u32, first: u32, pixels: u32, c: u32) {
  let normal = normal_of(c, params.y.channels);
  let scale = gamma[c / 4u] * normal.inverse;
  let beta = load_bias(c);
  let keep = kept(params.y, c);
  var at = run_place(params.y, first, c);
  for (var done = 0u; done < pixels; done++) {
    let value = (vec4f(x[address(params.x, at) / 4u]) - normal.mean) * scale + beta + load_residual(at);
    y[address(params.y, at) / 4u] = Quad(select(vec4f(0.0), activate(value), keep));
    at = following(params.y, at);
  }
}
