// G of F(4x4, 3x3), for winograd_filter.wgsl.
struct Points { p0: vec4f, p1: vec4f, p2: vec4f, p3: vec4f, p4: vec4f, p5: vec4f }
struct Columns { left: Points, middle: Points, right: Points }

// The polynomial a + b t + c t^2 at the points 0, 3/4, -3/4, 3/2, -3/2 and infinity, over the factors that B^T leaves out.
fn evaluate(a: vec4f, b: vec4f, c: vec4f) -> Points {
  let even1 = a + 0.5625 * c;
  let even2 = a + 2.25 * c;
  return Points(
    a / 1.265625,
    (even1 + 0.75 * b) / -1.8984375,
    (even1 - 0.75 * b) / -1.8984375,
    (even2 + 1.5 * b) / 7.59375,
    (even2 - 1.5 * b) / 7.59375,
    c,
  );
}

fn next(points: Points) -> Points {
  return Points(points.p1, points.p2, points.p3, points.p4, points.p5, points.p0);
}
