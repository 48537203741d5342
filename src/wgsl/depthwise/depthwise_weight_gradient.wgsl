// The gradient of a depthwise convolution's filters. x [N,H,W,C] with its zeros around it, dy [N,P,Q,C], dw [chunk][C,R,S].
// One invocation: all taps of one channel, over lines of pixels: those of chunk i are i, i + chunks, ... What the taps see slides
// along the line, so that from pixel to pixel only FRESH columns of it are loaded.
// x is seen from the output: at a pixel lies the first tap of its kernel.
struct Params { x: Image, dy: Image, chunks: u32, lines: u32, tap_down: u32, tap_across: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;
override LANES: u32;
const TAPS = ROWS * COLUMNS;

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= params.dy.channels) { return; }
  var sums: array<f32, TAPS>;
  var seen: array<f32, TAPS>;
  for (var line = id.y; line < params.lines; line += params.chunks) {
    let first = Place(line / params.dy.height, line % params.dy.height, 0u, c);
    var at = address(params.x, first);
    var gives = address(params.dy, first);
    for (var r = 0u; r < ROWS; r++) {
      for (var s = FRESH; s < COLUMNS; s++) {
        seen[r * COLUMNS + s] = f32(x[at + r * params.tap_down + (s - FRESH) * params.tap_across]);
      }
    }
    for (var q = 0u; q < params.dy.width; q++) {
      let given = f32(dy[gives]);
      for (var r = 0u; r < ROWS; r++) {
        for (var s = 0u; s < COLUMNS; s++) {
          if (s + FRESH < COLUMNS) {
            seen[r * COLUMNS + s] = seen[r * COLUMNS + s + FRESH];
          } else {
            seen[r * COLUMNS + s] = f32(x[at + r * params.tap_down + s * params.tap_across]);
          }
          sums[r * COLUMNS + s] = fma(given, seen[r * COLUMNS + s], sums[r * COLUMNS + s]);
        }
      }
      at += params.x.pixel;
      gives += params.dy.pixel;
    }
  }
  for (var tap = 0u; tap < TAPS; tap++) { dw[(id.y * params.dy.channels + c) * TAPS + tap] = sums[tap]; }
}
