// Filters [K,C,3,3] into Winograd's domain: u = G g G^T, once, when a model is loaded. Frame: each, an item being four filters of a channel.
// u [point][panel][C][lane], row after row of `width`; channels and filters past the last are zero. `across` and `down` are from point
// to point. Columns and points are gone through in loops, of which drivers for CPUs make little code where their length is a uniform.
// Joined with what G is, winograd_filter_2.wgsl or winograd_filter_4.wgsl, and with a put_*.wgsl.
struct Params {
  count: u32, lanes: u32, rows: u32, filters: u32, channels: u32, width: u32, across: u32, down: u32, side: u32, columns: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;

fn item(i: u32) {
  let quad = i / params.lanes;
  let panel = quad / params.rows;
  let c = quad - panel * params.rows;
  let lane = i - quad * params.lanes;
  let k = (panel * params.lanes + lane) * 4u;
  let held = (k + vec4u(0u, 1u, 2u, 3u) < vec4u(params.filters)) & vec4<bool>(c < params.channels);
  let filter_size = params.channels * 9u;
  var at = k * filter_size + c * 9u;
  var columns: Columns;
  for (var s = 0u; s < params.columns; s++) {
    let column = evaluate(load(at, filter_size, held), load(at + 3u, filter_size, held), load(at + 6u, filter_size, held));
    columns = Columns(columns.middle, columns.right, column);
    at++;
  }
  var to = vec2u(i % params.width, i / params.width);
  for (var row = 0u; row < params.side; row++) {
    var points = evaluate(columns.left.p0, columns.middle.p0, columns.right.p0);
    for (var column = 0u; column < params.side; column++) {
      put(to, points.p0);
      points = next(points);
      to += vec2u(params.across, params.down);
      to = select(to, vec2u(to.x - params.width, to.y + 1u), to.x >= params.width);
    }
    columns = Columns(next(columns.left), next(columns.middle), next(columns.right));
  }
}

// A weight of four filters.
fn load(at: u32, filter_size: u32, held: vec4<bool>) -> vec4f {
  return select(vec4f(0.0), vec4f(w[at], w[at + filter_size], w[at + 2u * filter_size], w[at + 3u * filter_size]), held);
}
