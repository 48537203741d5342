// Filters [K,C,3,3] into Winograd's domain: u = G g G^T, once, when a model is loaded. Frame: each, an item being four filters of a channel.
// u [point][panel][C][lane] as texels, row after row of `width`; channels and filters past the last are zero. `across` and `down`
// are from point to point. Loads and the store stand in loops, of which drivers for CPUs make little code.
// Joined with what G is: winograd_filter_2.wgsl or winograd_filter_4.wgsl.
struct Params {
  count: u32, lanes: u32, rows: u32, filters: u32, channels: u32, width: u32, across: u32, down: u32, side: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var u: texture_storage_2d<rgba32float, write>;

// A column of four filters, in one component what is loaded.
fn loaded(column: mat3x4f, lane: u32, at: u32) -> mat3x4f {
  let mine = vec4u(lane) == vec4u(0u, 1u, 2u, 3u);
  return mat3x4f(
    select(column[0], vec4f(w[at]), mine), select(column[1], vec4f(w[at + 3u]), mine), select(column[2], vec4f(w[at + 6u]), mine),
  );
}

fn item(i: u32) {
  let c = (i / params.lanes) % params.rows;
  let first = (i / (params.lanes * params.rows) * params.lanes + i % params.lanes) * 4u;
  var left: mat3x4f;
  var middle: mat3x4f;
  var right: mat3x4f;
  let held = select(0u, min(4u, max(params.filters, first) - first), c < params.channels);
  for (var lane = 0u; lane < held; lane++) {
    let at = ((first + lane) * params.channels + c) * 9u;
    left = loaded(left, lane, at);
    middle = loaded(middle, lane, at + 1u);
    right = loaded(right, lane, at + 2u);
  }
  var columns = Columns(
    evaluate(left[0], left[1], left[2]), evaluate(middle[0], middle[1], middle[2]), evaluate(right[0], right[1], right[2]),
  );
  var texel = vec2u(i % params.width, i / params.width);
  for (var row = 0u; row < params.side; row++) {
    var points = evaluate(columns.left.p0, columns.middle.p0, columns.right.p0);
    for (var column = 0u; column < params.side; column++) {
      textureStore(u, texel, points.p0);
      points = next(points);
      texel += vec2u(params.across, params.down);
      if (texel.x >= params.width) { texel = vec2u(texel.x - params.width, texel.y + 1u); }
    }
    columns = Columns(next(columns.left), next(columns.middle), next(columns.right));
  }
}
