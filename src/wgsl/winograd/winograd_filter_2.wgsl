// G of F(2x2, 3x3), for winograd_filter.wgsl.
const SIDE = 4u;

// The polynomial a + b t + c t^2 at the points 0, 1, -1 and infinity, over the factors that B^T leaves out.
fn evaluate(a: vec4f, b: vec4f, c: vec4f) -> array<vec4f, SIDE> {
  return array(-a, 0.5 * (a + c + b), 0.5 * (a + c - b), c);
}
