// dx[j] = dy[j] b[j]^-beta - 2 scale beta x[j] * sum of dy[c] x[c] b[c]^(-beta - 1) over the channels c whose window holds j, where
// b[c] = k + scale * sum of x^2 over c's window, c - before .. c + after. x, dy, dx [N,H,W,C]. Frame: each_run.
struct Params {
  x: Image, dy: Image, dx: Image, count: u32, quads: u32, pixels: u32, length: u32,
  before: u32, after: u32, scale: f32, beta: f32, k: f32, factor: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<Quad>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;

fn run(i: u32, first: u32, pixels: u32, c: u32) {
  var at = run_place(params.dx, first, 0u);
  for (var done = 0u; done < pixels; done++) {
    let value = gathered(address(params.x, at), address(params.dy, at), c);
    dx[(address(params.dx, at) + c) / 4u] = Quad(select(vec4f(0.0), value, kept(params.dx, c)));
    at = following(params.dx, at);
  }
}

// Four channels from `from_c` on, of the pixel whose channels begin at base_x and base_dy.
fn gathered(base_x: u32, base_dy: u32, from_c: u32) -> vec4f {
  let j = vec4u(from_c) + vec4u(0u, 1u, 2u, 3u);
  let last = min(from_c + 3u + params.before, params.x.channels - 1u);
  var own = vec4f(0.0);
  var sums = vec4f(0.0);
  for (var c = from_c - min(from_c, params.after); c <= last; c++) {
    let base = params.k + params.scale * squares(base_x, c);
    let given = f32(dy[base_dy + c]) * pow(base, -params.beta);
    let moved = given * f32(x[base_x + c]) / base;
    let holds = (vec4u(c + params.after) >= j) & (vec4u(c) <= j + params.before);
    own = select(own, vec4f(given), j == vec4u(c));
    sums += select(vec4f(0.0), vec4f(moved), holds);
  }
  var value = own;
  for (var lane = 0u; lane < 4u; lane++) {
    let c = min(from_c + lane, params.x.channels - 1u);
    value[lane] -= params.factor * f32(x[base_x + c]) * sums[lane];
  }
  return value;
}

fn squares(base: u32, c: u32) -> f32 {
  var sum = 0.0;
  let last = min(c + params.after, params.x.channels - 1u);
  for (var j = c - min(c, params.before); j <= last; j++) {
    let v = f32(x[base + j]);
    sum = fma(v, v, sum);
  }
  return sum;
}
