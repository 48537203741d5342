// A of F(4x4, 3x3), for winograd_output.wgsl.
const STEP = 4u;

// Columns of A^T: the powers 0 to 3 of the points 0, 3/4, -3/4, 3/2, -3/2 and infinity.
const POWERS = array(
  vec4f(1.0, 0.0, 0.0, 0.0), vec4f(1.0, 0.75, 0.5625, 0.421875), vec4f(1.0, -0.75, 0.5625, -0.421875),
  vec4f(1.0, 1.5, 2.25, 3.375), vec4f(1.0, -1.5, 2.25, -3.375), vec4f(0.0, 0.0, 0.0, 1.0),
);

struct Sums { r0: vec4f, r1: vec4f, r2: vec4f, r3: vec4f }

fn started(bias: vec4f) -> Sums {
  return Sums(bias, bias, bias, bias);
}

fn add_points(sums: Sums, i: u32, at: u32, point: u32) -> Sums {
  let m0 = m[at];
  let m1 = m[at + point];
  let m2 = m[at + 2u * point];
  let m3 = m[at + 3u * point];
  let m4 = m[at + 4u * point];
  let m5 = m[at + 5u * point];
  let even1 = m1 + m2;
  let odd1 = m1 - m2;
  let even2 = m3 + m4;
  let odd2 = m3 - m4;
  let row = vec4f(
    m0 + even1 + even2,
    0.75 * odd1 + 1.5 * odd2,
    0.5625 * even1 + 2.25 * even2,
    0.421875 * odd1 + 3.375 * odd2 + m5,
  );
  let power = POWERS[i];
  return Sums(sums.r0 + power.x * row, sums.r1 + power.y * row, sums.r2 + power.z * row, sums.r3 + power.w * row);
}

fn row_of(sums: Sums, i: u32) -> vec4f {
  return select(select(sums.r3, sums.r2, i == 2u), select(sums.r1, sums.r0, i == 0u), i < 2u);
}
