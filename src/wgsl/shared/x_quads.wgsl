// x out of a buffer, four numbers at a time.
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
fn load_x(at: u32) -> vec4f {
  return vec4f(x[at / 4u]);
}
