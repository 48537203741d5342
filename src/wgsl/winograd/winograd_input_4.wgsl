// B of F(4x4, 3x3), for winograd_input.wgsl. Joined with winograd_row_4.wgsl.
const STEP = 4u;

// Columns of B^T, upper and lower half, for the points 0, 3/4, -3/4, 3/2, -3/2 and infinity.
const UPPER = array(
  vec3f(1.265625, 0.0, 0.0), vec3f(0.0, -1.6875, 1.6875), vec3f(-2.8125, -2.25, -2.25),
  vec3f(0.0, 0.75, -0.75), vec3f(1.0, 1.0, 1.0), vec3f(0.0, 0.0, 0.0),
);
const LOWER = array(
  vec3f(0.0, 0.0, 0.0), vec3f(-0.84375, 0.84375, 1.265625), vec3f(-0.5625, -0.5625, 0.0),
  vec3f(1.5, -1.5, -2.8125), vec3f(1.0, 1.0, 0.0), vec3f(0.0, 0.0, 1.0),
);

struct Sums { r0: Row, r1: Row, r2: Row, r3: Row, r4: Row, r5: Row }

fn add_row(sums: Sums, i: u32, d: Row) -> Sums {
  let even1 = d.p4 - 2.25 * d.p2;
  let odd1 = 0.75 * (d.p3 - 2.25 * d.p1);
  let even2 = d.p4 - 0.5625 * d.p2;
  let odd2 = 1.5 * (d.p3 - 0.5625 * d.p1);
  let row = Row(
    1.265625 * d.p0 - 2.8125 * d.p2 + d.p4,
    even1 + odd1, even1 - odd1, even2 + odd2, even2 - odd2,
    1.265625 * d.p1 - 2.8125 * d.p3 + d.p5,
  );
  let upper = UPPER[i];
  let lower = LOWER[i];
  return Sums(
    added(sums.r0, upper.x, row), added(sums.r1, upper.y, row), added(sums.r2, upper.z, row),
    added(sums.r3, lower.x, row), added(sums.r4, lower.y, row), added(sums.r5, lower.z, row),
  );
}

fn added(sum: Row, by: f32, row: Row) -> Row {
  return Row(
    sum.p0 + by * row.p0, sum.p1 + by * row.p1, sum.p2 + by * row.p2,
    sum.p3 + by * row.p3, sum.p4 + by * row.p4, sum.p5 + by * row.p5,
  );
}

fn next_point(row: Row) -> Row {
  return Row(row.p1, row.p2, row.p3, row.p4, row.p5, row.p0);
}

fn next_row(sums: Sums) -> Sums {
  return Sums(sums.r1, sums.r2, sums.r3, sums.r4, sums.r5, sums.r0);
}
