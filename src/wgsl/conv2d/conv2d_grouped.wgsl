// Convolution in vectors of four channels, in groups or in one. x [N,H,W,C] with its zeros around it, w [R,S,C/groups][K/4],
// y [N,P,Q,K]. One invocation: four pixels of a row, four output channels. Pixels past the edge are thrown away.
struct Params {
  count: u32, quads: u32, across: u32, out_h: u32, out_w: u32, filters: u32, group: u32, w_quads: u32,
  rows: u32, columns: u32, run: u32, x_offset: u32, x_image: u32, x_down: u32, x_across: u32, tap_down: u32, tap_across: u32,
  y_offset: u32, y_image: u32, y_row: u32, y_pixel: u32, r_offset: u32, r_image: u32, r_row: u32, r_pixel: u32,
  low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

fn store(sum: vec4f, n: u32, p: u32, q: u32, k: u32) {
  if (q >= params.out_w) { return; }
  let keep = vec4u(k, k + 1u, k + 2u, k + 3u) < vec4u(params.filters);
  let value = activate(sum + load_bias(k) + load_residual(n, p, q, k));
  y[(params.y_offset + n * params.y_image + p * params.y_row + q * params.y_pixel + k) / 4u] = select(vec4f(0.0), value, keep);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups, 64u);
  if (i >= params.count) { return; }
  let quad = i % params.quads;
  let place = i / params.quads;
  let q = (place % params.across) * 4u;
  let p = (place / params.across) % params.out_h;
  let n = place / (params.across * params.out_h);
  let k = quad * 4u;
  let first = (k / params.group) * params.run;
  let step = params.x_across / 4u;
  var row = (params.x_offset + n * params.x_image + p * params.x_down + q * params.x_across + first) / 4u;
  var weight = quad;
  var s0 = vec4f(0.0);
  var s1 = vec4f(0.0);
  var s2 = vec4f(0.0);
  var s3 = vec4f(0.0);
  for (var r = 0u; r < params.rows; r++) {
    var tap = row;
    for (var s = 0u; s < params.columns; s++) {
      for (var at = tap; at < tap + params.run / 4u; at++) {
        let m = mat4x4f(
          w[weight], w[weight + params.w_quads], w[weight + 2u * params.w_quads], w[weight + 3u * params.w_quads],
        );
        s0 += m * x[at];
        s1 += m * x[at + step];
        s2 += m * x[at + 2u * step];
        s3 += m * x[at + 3u * step];
        weight += 4u * params.w_quads;
      }
      tap += params.tap_across / 4u;
    }
    row += params.tap_down / 4u;
  }
  store(s0, n, p, q, k);
  store(s1, n, p, q + 1u, k);
  store(s2, n, p, q + 2u, k);
  store(s3, n, p, q + 3u, k);
}
