// A of F(2x2, 3x3), for winograd_output.wgsl. Joined with winograd_row_2.wgsl.
const STEP = 2u;

// Columns of A^T: the powers 0 and 1 of the points 0, 1, -1 and infinity.
const POWERS = array(vec2f(1.0, 0.0), vec2f(1.0, 1.0), vec2f(1.0, -1.0), vec2f(0.0, 1.0));

struct Pixels { p0: vec4f, p1: vec4f }
struct Sums { r0: Pixels, r1: Pixels }

fn started(bias: vec4f) -> Sums {
  let row = Pixels(bias, bias);
  return Sums(row, row);
}

fn add_points(sums: Sums, i: u32, m: Row) -> Sums {
  let row = Pixels(m.p0 + m.p1 + m.p2, m.p1 - m.p2 + m.p3);
  let power = POWERS[i];
  return Sums(added(sums.r0, power.x, row), added(sums.r1, power.y, row));
}

fn added(sum: Pixels, by: f32, row: Pixels) -> Pixels {
  return Pixels(sum.p0 + by * row.p0, sum.p1 + by * row.p1);
}

fn next_pixel(row: Pixels) -> Pixels {
  return Pixels(row.p1, row.p0);
}

fn next_row(sums: Sums) -> Sums {
  return Sums(sums.r1, sums.r0);
}
