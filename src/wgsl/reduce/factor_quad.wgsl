// The factors of four channels of a pixel.
@group(0) @binding(3) var<storage, read> by: array<vec4f>;

fn factor(at: Place) -> vec4f {
  return vec4f(by[address(params.by, at) / 4u]);
}
