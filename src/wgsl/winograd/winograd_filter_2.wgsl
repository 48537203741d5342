// G of F(2x2, 3x3), for winograd_filter.wgsl.
struct Points { p0: vec4f, p1: vec4f, p2: vec4f, p3: vec4f }
struct Columns { left: Points, middle: Points, right: Points }

// The polynomial a + b t + c t^2 at the points 0, 1, -1 and infinity, over the factors that B^T leaves out.
fn evaluate(a: vec4f, b: vec4f, c: vec4f) -> Points {
  return Points(-a, 0.5 * (a + c + b), 0.5 * (a + c - b), c);
}

fn next(points: Points) -> Points {
  return Points(points.p1, points.p2, points.p3, points.p0);
}
