// As weight_quad.wgsl, of weights in half precision: two lie in a word, which takes no feature of the adapter.
@group(0) @binding(4) var<storage, read> w: array<vec2u>;
fn w_at(i: u32) -> vec4f {
  let words = w[i];
  return vec4f(unpack2x16float(words.x), unpack2x16float(words.y));
}
