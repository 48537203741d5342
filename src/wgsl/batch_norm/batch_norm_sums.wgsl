// Sums over a chunk of pixels of dy and of dy * (x - mean) / sqrt(variance + eps), for four channels. x, dy [N,H,W,C],
// parts [chunks,C/4,2]. Frame: each_run.
struct Params { x: Image, dy: Image, count: u32, quads: u32, pixels: u32, length: u32, eps: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> parts: array<vec4f>;
@group(0) @binding(4) var<storage, read> dy: array<vec4f>;

fn run(i: u32, first: u32, pixels: u32, c: u32) {
  let normal = normal_of(c, params.x.channels);
  var at = run_place(params.x, first, c);
  var sum = vec4f(0.0);
  var products = vec4f(0.0);
  for (var done = 0u; done < pixels; done++) {
    let upstream = vec4f(dy[address(params.dy, at) / 4u]);
    sum += upstream;
    products += upstream * (vec4f(x[address(params.x, at) / 4u]) - normal.mean);
    at = following(params.x, at);
  }
  parts[2u * i] = sum;
  parts[2u * i + 1u] = products * normal.inverse;
}
