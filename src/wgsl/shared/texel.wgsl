// Where the nth texel of a copy lies; TEXELS_ACROSS of layout.ts.
fn texel(i: u32) -> vec2u {
  return vec2u(i % 2048u, i / 2048u);
}
