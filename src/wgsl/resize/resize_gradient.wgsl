// Resizing transposed: y, the gradient of x, gathers from the pixels of dy. dy [N,P,Q,C], y [N,H,W,C]. Joined with
// resize_weight.wgsl. Frame: each_quad. The kernel is separable, and so is the sum of weights that normalises it: a pixel's share
// in pixel (p, q) is its share in line p times that in column q.
struct Params {
  dy: Image, y: Image, count: u32, den_h: i32, den_w: i32, reach: i32, antialias: u32, cubic: u32, a: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;

// The share that pixel x of `source` has in pixel o of `size`; border pixels are read in the place of those outside.
fn share(x: i32, o: i32, source: i32, size: i32, den: i32) -> f32 {
  let centre = (2 * o + 1) * source;
  var own = 0.0;
  var all = 0.0;
  for (var at = first(u32(o), source, size, den); ; at++) {
    let num = (2 * at + 1) * size - centre;
    if (num >= params.reach * den) { break; }
    if (params.antialias == 1u && (at < 0 || at >= source)) { continue; }
    let part = weight(num, den);
    all += part;
    if (clamp(at, 0, source - 1) == x) { own += part; }
  }
  return own / all;
}

// From which to which pixel of `size` x of `source` may count, at least: a border pixel counts for those outside as well.
fn range(x: i32, source: i32, size: i32, den: i32) -> vec2i {
  let low = select(x, x - params.reach, x == 0);
  let high = select(x, x + params.reach, x == source - 1);
  let start = ((2 * low + 1) * size - params.reach * den) / (2 * source) - 2;
  let end = ((2 * high + 1) * size + params.reach * den) / (2 * source) + 2;
  return vec2i(max(start, 0), min(end, size - 1));
}

fn quad(at: Place) -> vec4f {
  let height = i32(params.y.height);
  let width = i32(params.y.width);
  let size_h = i32(params.dy.height);
  let size_w = i32(params.dy.width);
  let lines = range(i32(at.h), height, size_h, params.den_h);
  let columns = range(i32(at.w), width, size_w, params.den_w);
  var sum = vec4f(0.0);
  for (var p = lines.x; p <= lines.y; p++) {
    let of_line = share(i32(at.h), p, height, size_h, params.den_h);
    if (of_line == 0.0) { continue; }
    for (var q = columns.x; q <= columns.y; q++) {
      let of_column = share(i32(at.w), q, width, size_w, params.den_w);
      sum += of_line * of_column * vec4f(dy[address(params.dy, Place(at.n, u32(p), u32(q), at.c)) / 4u]);
    }
  }
  return sum;
}
