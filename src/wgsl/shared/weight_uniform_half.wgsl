// As weight_uniform.wgsl, of weights in half precision: two lie in a word, which takes no feature of the adapter.
@group(0) @binding(4) var<uniform> w: array<vec4u, 2048>;
fn w_at(i: u32) -> vec4f {
  let words = w[i / 2u];
  let mine = select(words.xy, words.zw, i % 2u == 1u);
  return vec4f(unpack2x16float(mine.x), unpack2x16float(mine.y));
}
