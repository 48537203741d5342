// Filters [K,C,3,3] into Winograd's domain: u = G g G^T, once, when a model is loaded. Frame: each, an item being four filters of a channel.
// u [point][panel][C][lane] as texels, row after row of `width`; channels and filters past the last are zero.
// Joined with what G is: winograd_filter_2.wgsl or winograd_filter_4.wgsl.
struct Params { count: u32, lanes: u32, rows: u32, filters: u32, channels: u32, width: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var u: texture_storage_2d<rgba32float, write>;

fn item(i: u32) {
  let c = (i / params.lanes) % params.rows;
  let quad = i / (params.lanes * params.rows) * params.lanes + i % params.lanes;
  var g: array<vec4f, 9>;
  for (var lane = 0u; lane < 4u; lane++) {
    let k = quad * 4u + lane;
    for (var tap = 0u; tap < 9u; tap++) {
      if (k < params.filters && c < params.channels) { g[tap][lane] = w[(k * params.channels + c) * 9u + tap]; }
    }
  }
  let left = evaluate(g[0], g[3], g[6]);
  let middle = evaluate(g[1], g[4], g[7]);
  let right = evaluate(g[2], g[5], g[8]);
  for (var row = 0u; row < SIDE; row++) {
    let points = evaluate(left[row], middle[row], right[row]);
    for (var column = 0u; column < SIDE; column++) {
      let texel = i + (row * SIDE + column) * params.count;
      textureStore(u, vec2u(texel % params.width, texel / params.width), points[column]);
    }
  }
}
