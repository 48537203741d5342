// Sums of x, times a factor, over every dimension in which y has one element. x [N,H,W,C]; y as an image, or in rows with strides
// of its own. Frame: each, an item being an element of y.
struct Params {
  x: Image, by: Image, y: Image, count: u32, by_channel: u32, y_channel: u32, batch: u32, images: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<Scalar>;

fn item(i: u32) {
  let at = place(params.y, i, 1u);
  let first = vec4u(select(0u, at.n, params.batch == 1u), select(vec3u(at.h, at.w, at.c), vec3u(0u), single()));
  let last = vec4u(
    select(params.images, at.n + 1u, params.batch == 1u),
    select(vec3u(at.h, at.w, at.c) + 1u, vec3u(params.x.height, params.x.width, params.x.channels), single()),
  );
  var sum = 0.0;
  if (at.c < params.y.channels) {
    for (var n = first.x; n < last.x; n++) {
      for (var h = first.y; h < last.y; h++) {
        for (var w = first.z; w < last.z; w++) {
          for (var c = first.w; c < last.w; c++) {
            let part = Place(n, h, w, c);
            sum += f32(x[address(params.x, part)]) * factor(part);
          }
        }
      }
    }
  }
  let pixel = Place(at.n, at.h, at.w, 0u);
  y[address(params.y, pixel) + at.c * params.y_channel] = Scalar(sum);
}

// In which of H, W and C y has one element.
fn single() -> vec3<bool> {
  return vec3u(params.y.height, params.y.width, params.y.channels) == vec3u(1u);
}
