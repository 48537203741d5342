// As weight.wgsl, of weights in half precision: two lie in a word, which takes no feature of the adapter.
@group(0) @binding(4) var<storage, read> w: array<u32>;
fn w_at(i: u32) -> f32 {
  let both = unpack2x16float(w[i / 2u]);
  return select(both.x, both.y, i % 2u == 1u);
}
