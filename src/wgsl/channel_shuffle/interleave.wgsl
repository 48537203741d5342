// Channels of a and b in turn, a0 b0 a1 b1 ..., from channel `first` of these on. Frame: each_quad.
struct Params { a: Image, b: Image, y: Image, count: u32, first: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;

fn quad(at: Place) -> vec4f {
  let first = params.first + at.c;
  let pixel = Place(at.n, at.h, at.w, first / 2u);
  let left = address(params.a, pixel);
  let right = address(params.b, pixel);
  if (first % 2u == 0u) { return vec4f(f32(a[left]), f32(b[right]), f32(a[left + 1u]), f32(b[right + 1u])); }
  return vec4f(f32(b[right]), f32(a[left + 1u]), f32(b[right + 1u]), f32(a[left + 2u]));
}
