// dx = dy * gamma / sqrt(variance + eps): the statistics are constants. dy, dx [N,H,W,C]. Frame: each_run.
struct Params { dy: Image, dx: Image, count: u32, quads: u32, pixels: u32, length: u32, eps: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dx: array<Quad>;
@group(0) @binding(3) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(4) var<storage, read> variance: array<vec4f>;

fn run(i: u32, first: u32, pixels: u32, c: u32) {
  let scale = gamma[c / 4u] * inverseSqrt(variance[c / 4u] + params.eps);
  let keep = kept(params.dx, c);
  var at = run_place(params.dx, first, c);
  for (var done = 0u; done < pixels; done++) {
    dx[address(params.dx, at) / 4u] = Quad(select(vec4f(0.0), scale * vec4f(dy[address(params.dy, at) / 4u]), keep));
    at = following(params.dx, at);
  }
}
