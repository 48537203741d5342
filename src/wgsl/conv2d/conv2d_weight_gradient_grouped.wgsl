// The gradient of a convolution's filters, each invocation for itself. x [N,H,W,C] with its zeros around it, dy [N,P,Q,K],
// dw [chunk][K,C/groups,R,S]. Frame: each, an item being four filters of a group by four of their weights, over a chunk's pixels.
// x is seen from the output: at a pixel lies the first tap of its kernel.
struct Params {
  x: Image, dy: Image, count: u32, panels: u32, tiles: u32, groups: u32, pixels: u32, chunk: u32,
  weights: u32, channels: u32, columns: u32, taps: u32, tap_down: u32, tap_across: u32, group: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;

fn item(i: u32) {
  let panel = i % params.panels;
  let first = i / params.panels % params.tiles * 4u;
  let z = i / (params.panels * params.tiles) % params.groups;
  let chunk = i / (params.panels * params.tiles * params.groups);
  let k = panel * 4u;
  let end = min((chunk + 1u) * params.chunk, params.pixels);
  let taps = z * params.channels
    + vec4u(offset(first), offset(first + 1u), offset(first + 2u), offset(first + 3u));
  // Filters past the last one repeat it, and are thrown away.
  let filters = z * params.group + min(vec4u(k, k + 1u, k + 2u, k + 3u), vec4u(params.group - 1u));
  var sums = mat4x4f();
  var at = pixel_place(params.dy, chunk * params.chunk);
  for (var pixel = chunk * params.chunk; pixel < end; pixel++) {
    let seen = taps + address(params.x, at);
    let given = filters + address(params.dy, at);
    let gradient = vec4f(vec4(dy[given.x], dy[given.y], dy[given.z], dy[given.w]));
    sums[0] += f32(x[seen.x]) * gradient;
    sums[1] += f32(x[seen.y]) * gradient;
    sums[2] += f32(x[seen.z]) * gradient;
    sums[3] += f32(x[seen.w]) * gradient;
    at = following(params.dy, at, true);
  }
  for (var j = 0u; j < 4u; j++) {
    let weight = first + j;
    if (weight >= params.weights) { break; }
    for (var lane = 0u; lane < 4u; lane++) {
      if (k + lane >= params.group) { break; }
      dw[(chunk * params.dy.channels + z * params.group + k + lane) * params.weights + weight] = sums[j][lane];
    }
  }
}
