// The factor of an element, with strides of its own: a stride of 0 repeats it.
@group(0) @binding(3) var<storage, read> by: array<f32>;

fn factor(at: Place) -> f32 {
  return f32(by[address(params.by, Place(at.n, at.h, at.w, 0u)) + at.c * params.by_channel]);
}
