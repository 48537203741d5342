// dx = gamma * s * (dy - mean of dy - xn * mean of dy * xn), s = 1 / sqrt(variance + eps), xn = (x - mean) * s: the batch's mean and
// variance move with x. x, dy, dx [N,H,W,C], sums [2,C]. Frame: each_run.
struct Params { x: Image, dy: Image, dx: Image, count: u32, quads: u32, pixels: u32, length: u32, eps: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dx: array<Quad>;
@group(0) @binding(4) var<storage, read> dy: array<vec4f>;
@group(0) @binding(5) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(6) var<storage, read> sums: array<f32>;

fn run(i: u32, first: u32, pixels: u32, c: u32) {
  let channels = params.dx.channels;
  let normal = normal_of(c, channels);
  var mean = vec4f(0.0);
  var product = vec4f(0.0);
  for (var lane = 0u; lane < 4u; lane++) {
    let k = min(c + lane, channels - 1u);
    mean[lane] = sums[k];
    product[lane] = sums[channels + k];
  }
  mean /= f32(params.pixels);
  product = product / f32(params.pixels) * normal.inverse;
  let scale = gamma[c / 4u] * normal.inverse;
  let keep = kept(params.dx, c);
  var at = run_place(params.dx, first, c);
  for (var done = 0u; done < pixels; done++) {
    let difference = vec4f(x[address(params.x, at) / 4u]) - normal.mean;
    let value = scale * (vec4f(dy[address(params.dy, at) / 4u]) - mean - difference * product);
    dx[address(params.dx, at) / 4u] = Quad(select(vec4f(0.0), value, keep));
    at = following(params.dx, at);
  }
}
