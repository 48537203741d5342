// Resizing by a separable kernel, align_corners off. x [N,H,W,C], y [N,P,Q,C]. Joined with resize_weight.wgsl. Frame: each_quad.
// Pixel x of `source` lies num / den kernel widths from pixel o of `size`, num = (2x+1) size - (2o+1) source: whole numbers, so
// that which pixels count, and their distances, do not suffer from rounding. Antialiasing widens the kernel by the reduction
// and cuts it at the border (Pillow, torch); without it the border pixel repeats outwards.
struct Params {
  x: Image, y: Image, count: u32, den_h: i32, den_w: i32, reach: i32, antialias: u32, cubic: u32, a: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;

fn quad(at: Place) -> vec4f {
  let base = address(params.x, Place(at.n, 0u, 0u, at.c));
  let height = i32(params.x.height);
  let width = i32(params.x.width);
  let size_h = i32(params.y.height);
  let size_w = i32(params.y.width);
  let centre_h = (2 * i32(at.h) + 1) * height;
  let centre_w = (2 * i32(at.w) + 1) * width;
  var sum = vec4f(0.0);
  var weights = 0.0;
  for (var h = first(at.h, height, size_h, params.den_h); ; h++) {
    let num_h = (2 * h + 1) * size_h - centre_h;
    if (num_h >= params.reach * params.den_h) { break; }
    if (params.antialias == 1u && (h < 0 || h >= height)) { continue; }
    let weight_h = weight(num_h, params.den_h);
    let row = base + u32(clamp(h, 0, height - 1)) * params.x.row;
    for (var w = first(at.w, width, size_w, params.den_w); ; w++) {
      let num_w = (2 * w + 1) * size_w - centre_w;
      if (num_w >= params.reach * params.den_w) { break; }
      if (params.antialias == 1u && (w < 0 || w >= width)) { continue; }
      let both = weight_h * weight(num_w, params.den_w);
      sum += both * vec4f(x[(row + u32(clamp(w, 0, width - 1)) * params.x.pixel) / 4u]);
      weights += both;
    }
  }
  return sum / weights;
}
