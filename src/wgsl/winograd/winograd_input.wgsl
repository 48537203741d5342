// Tiles of SIDE x SIDE pixels, STEP apart, into Winograd's domain: v = B^T d B. x [N,H,W,C] with zeros around, v [SIDE^2][tile][C].
// One invocation: four channels of a tile. Row by row, `side` of them: the count is a uniform so that nothing is unrolled, and there
// is one store, of which drivers for CPUs make much code. Joined with what B is, winograd_input_2.wgsl or winograd_input_4.wgsl, and
// with x_quads.wgsl or x_texels.wgsl.
struct Params { x: Image, tiles_h: u32, tiles_w: u32, tiles: u32, side: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read_write> v: array<vec4f>;
override LANES: u32;

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x * 4u;
  if (c >= params.x.written) { return; }
  let n = id.z / params.tiles_h;
  let down = id.z - n * params.tiles_h;
  var at = address(params.x, Place(n, STEP * down, STEP * id.y, c));
  var sums = Sums();
  for (var i = 0u; i < params.side; i++) {
    sums = add_row(sums, i, load_row(at, params.x.pixel));
    at += params.x.row;
  }
  let tile = (n * params.tiles_h + down) * params.tiles_w + id.y;
  var to = tile * params.x.written + c;
  for (var i = 0u; i < params.side; i++) {
    var row = sums.r0;
    for (var j = 0u; j < params.side; j++) {
      v[to / 4u] = row.p0;
      row = next_point(row);
      to += params.tiles * params.x.written;
    }
    sums = next_row(sums);
  }
}
