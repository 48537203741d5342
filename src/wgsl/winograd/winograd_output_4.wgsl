// A of F(4x4, 3x3), for winograd_output.wgsl. Joined with winograd_row_4.wgsl.
const STEP = 4u;

// Columns of A^T: the powers 0 to 3 of the points 0, 3/4, -3/4, 3/2, -3/2 and infinity.
const POWERS = array(
  vec4f(1.0, 0.0, 0.0, 0.0), vec4f(1.0, 0.75, 0.5625, 0.421875), vec4f(1.0, -0.75, 0.5625, -0.421875),
  vec4f(1.0, 1.5, 2.25, 3.375), vec4f(1.0, -1.5, 2.25, -3.375), vec4f(0.0, 0.0, 0.0, 1.0),
);

struct Pixels { p0: vec4f, p1: vec4f, p2: vec4f, p3: vec4f }
struct Sums { r0: Pixels, r1: Pixels, r2: Pixels, r3: Pixels }

fn started(bias: vec4f) -> Sums {
  let row = Pixels(bias, bias, bias, bias);
  return Sums(row, row, row, row);
}

fn add_points(sums: Sums, i: u32, m: Row) -> Sums {
  let even1 = m.p1 + m.p2;
  let odd1 = m.p1 - m.p2;
  let even2 = m.p3 + m.p4;
  let odd2 = m.p3 - m.p4;
  let row = Pixels(
    m.p0 + even1 + even2,
    0.75 * odd1 + 1.5 * odd2,
    0.5625 * even1 + 2.25 * even2,
    0.421875 * odd1 + 3.375 * odd2 + m.p5,
  );
  let power = POWERS[i];
  return Sums(
    added(sums.r0, power.x, row), added(sums.r1, power.y, row), added(sums.r2, power.z, row), added(sums.r3, power.w, row),
  );
}

fn added(sum: Pixels, by: f32, row: Pixels) -> Pixels {
  return Pixels(sum.p0 + by * row.p0, sum.p1 + by * row.p1, sum.p2 + by * row.p2, sum.p3 + by * row.p3);
}

fn next_pixel(row: Pixels) -> Pixels {
  return Pixels(row.p1, row.p2, row.p3, row.p0);
}

fn next_row(sums: Sums) -> Sums {
  return Sums(sums.r1, sums.r2, sums.r3, sums.r0);
}
