// B of F(2x2, 3x3), for winograd_input.wgsl. Joined with winograd_row_2.wgsl.
const STEP = 2u;

// Columns of B^T, for the points 0, 1, -1 and infinity.
const COLUMNS = array(
  vec4f(-1.0, 0.0, 0.0, 0.0), vec4f(0.0, 1.0, -1.0, -1.0), vec4f(1.0, 1.0, 1.0, 0.0), vec4f(0.0, 0.0, 0.0, 1.0),
);

struct Sums { r0: Row, r1: Row, r2: Row, r3: Row }

fn add_row(sums: Sums, i: u32, d: Row) -> Sums {
  let row = Row(d.p2 - d.p0, d.p2 + d.p1, d.p2 - d.p1, d.p3 - d.p1);
  let column = COLUMNS[i];
  return Sums(
    added(sums.r0, column.x, row), added(sums.r1, column.y, row), added(sums.r2, column.z, row), added(sums.r3, column.w, row),
  );
}

fn added(sum: Row, by: f32, row: Row) -> Row {
  return Row(sum.p0 + by * row.p0, sum.p1 + by * row.p1, sum.p2 + by * row.p2, sum.p3 + by * row.p3);
}

fn next_point(row: Row) -> Row {
  return Row(row.p1, row.p2, row.p3, row.p0);
}

fn next_row(sums: Sums) -> Sums {
  return Sums(sums.r1, sums.r2, sums.r3, sums.r0);
}
