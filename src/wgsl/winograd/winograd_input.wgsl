// Tiles of SIDE x SIDE pixels, STEP apart, into Winograd's domain: v = B^T d B. x [N,H,W,C] with zeros around, v [SIDE^2][tile][C].
// One invocation: one channel of a tile. Row by row, `side` of them: the count is a uniform so that nothing is unrolled.
// Joined with what B is: winograd_input_2.wgsl or winograd_input_4.wgsl.
struct Params { x: Image, tiles_h: u32, tiles_w: u32, tiles: u32, side: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> v: array<f32>;
override LANES: u32;

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= params.x.written) { return; }
  let n = id.z / params.tiles_h;
  let down = id.z - n * params.tiles_h;
  var at = address(params.x, Place(n, STEP * down, STEP * id.y, c));
  var sums = Sums();
  for (var i = 0u; i < params.side; i++) {
    sums = add_row(sums, i, at, params.x.pixel);
    at += params.x.row;
  }
  let tile = (n * params.tiles_h + down) * params.tiles_w + id.y;
  store(sums, tile * params.x.written + c, params.tiles * params.x.written);
}
