// Weights in half precision as such, four filters at a time, for kernels that take no others: two lie in a word.
@group(0) @binding(4) var<storage, read> w: array<vec2u>;
fn w_at(i: u32) -> vec4h {
  return bitcast<vec4h>(w[i]);
}
