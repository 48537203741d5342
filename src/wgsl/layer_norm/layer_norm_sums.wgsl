// Sums over a chunk of pixels of dy and of dy * (x - mean) * s, for four channels, mean and s being the pixel's.
// x, dy [N,H,W,C], moments [N,H,W,2], parts [chunks,C/4,2]. Frame: each_run.
struct Params { x: Image, dy: Image, moments: Image, count: u32, quads: u32, pixels: u32, length: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> parts: array<vec4f>;
@group(0) @binding(3) var<storage, read> dy: array<vec4f>;
@group(0) @binding(4) var<storage, read> moments: array<vec2f>;

fn run(i: u32, first: u32, pixels: u32, c: u32) {
  var at = run_place(params.x, first, 0u);
  var sum = vec4f(0.0);
  var products = vec4f(0.0);
  for (var done = 0u; done < pixels; done++) {
    let own = vec2f(moments[address(params.moments, at) / 2u]);
    let upstream = vec4f(dy[(address(params.dy, at) + c) / 4u]);
    sum += upstream;
    products += upstream * ((vec4f(x[(address(params.x, at) + c) / 4u]) - own.x) * own.y);
    at = following(params.x, at);
  }
  parts[2u * i] = sum;
  parts[2u * i + 1u] = products;
}
