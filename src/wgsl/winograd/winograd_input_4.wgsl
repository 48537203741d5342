// B of F(4x4, 3x3), for winograd_input.wgsl.
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

// Six points of a row in each pair.
struct Sums {
  a0: vec3f, b0: vec3f, a1: vec3f, b1: vec3f, a2: vec3f, b2: vec3f, a3: vec3f, b3: vec3f, a4: vec3f, b4: vec3f, a5: vec3f, b5: vec3f,
}

fn add_row(sums: Sums, i: u32, at: u32, pixel: u32) -> Sums {
  let d0 = f32(x[at]);
  let d1 = f32(x[at + pixel]);
  let d2 = f32(x[at + 2u * pixel]);
  let d3 = f32(x[at + 3u * pixel]);
  let d4 = f32(x[at + 4u * pixel]);
  let d5 = f32(x[at + 5u * pixel]);
  let even1 = d4 - 2.25 * d2;
  let odd1 = 0.75 * (d3 - 2.25 * d1);
  let even2 = d4 - 0.5625 * d2;
  let odd2 = 1.5 * (d3 - 0.5625 * d1);
  let a = vec3f(1.265625 * d0 - 2.8125 * d2 + d4, even1 + odd1, even1 - odd1);
  let b = vec3f(even2 + odd2, even2 - odd2, 1.265625 * d1 - 2.8125 * d3 + d5);
  let upper = UPPER[i];
  let lower = LOWER[i];
  return Sums(
    sums.a0 + upper.x * a, sums.b0 + upper.x * b, sums.a1 + upper.y * a, sums.b1 + upper.y * b,
    sums.a2 + upper.z * a, sums.b2 + upper.z * b, sums.a3 + lower.x * a, sums.b3 + lower.x * b,
    sums.a4 + lower.y * a, sums.b4 + lower.y * b, sums.a5 + lower.z * a, sums.b5 + lower.z * b,
  );
}

fn store(sums: Sums, first: u32, point: u32) {
  var to = store_row(first, point, sums.a0, sums.b0);
  to = store_row(to, point, sums.a1, sums.b1);
  to = store_row(to, point, sums.a2, sums.b2);
  to = store_row(to, point, sums.a3, sums.b3);
  to = store_row(to, point, sums.a4, sums.b4);
  to = store_row(to, point, sums.a5, sums.b5);
}

fn store_row(to: u32, point: u32, a: vec3f, b: vec3f) -> u32 {
  v[to] = a.x;
  v[to + point] = a.y;
  v[to + 2u * point] = a.z;
  v[to + 3u * point] = b.x;
  v[to + 4u * point] = b.y;
  v[to + 5u * point] = b.z;
  return to + 6u * point;
}
