// B of F(2x2, 3x3), for winograd_input.wgsl.
const STEP = 2u;

// Columns of B^T, for the points 0, 1, -1 and infinity.
const COLUMNS = array(
  vec4f(-1.0, 0.0, 0.0, 0.0), vec4f(0.0, 1.0, -1.0, -1.0), vec4f(1.0, 1.0, 1.0, 0.0), vec4f(0.0, 0.0, 0.0, 1.0),
);

struct Sums { r0: vec4f, r1: vec4f, r2: vec4f, r3: vec4f }

fn add_row(sums: Sums, i: u32, at: u32, pixel: u32) -> Sums {
  let d = vec4f(vec4(x[at], x[at + pixel], x[at + 2u * pixel], x[at + 3u * pixel]));
  let row = vec4f(d.z - d.x, d.z + d.y, d.z - d.y, d.w - d.y);
  let column = COLUMNS[i];
  return Sums(
    sums.r0 + column.x * row, sums.r1 + column.y * row, sums.r2 + column.z * row, sums.r3 + column.w * row,
  );
}

fn store(sums: Sums, first: u32, point: u32) {
  var to = store_row(first, point, sums.r0);
  to = store_row(to, point, sums.r1);
  to = store_row(to, point, sums.r2);
  to = store_row(to, point, sums.r3);
}

fn store_row(to: u32, point: u32, row: vec4f) -> u32 {
  v[to] = row.x;
  v[to + point] = row.y;
  v[to + 2u * point] = row.z;
  v[to + 3u * point] = row.w;
  return to + 4u * point;
}
