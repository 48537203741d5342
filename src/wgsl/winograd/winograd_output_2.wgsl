// A of F(2x2, 3x3), for winograd_output.wgsl.
const STEP = 2u;

// Columns of A^T: the powers 0 and 1 of the points 0, 1, -1 and infinity.
const POWERS = array(vec2f(1.0, 0.0), vec2f(1.0, 1.0), vec2f(1.0, -1.0), vec2f(0.0, 1.0));

struct Sums { r0: vec2f, r1: vec2f }

fn started(bias: vec4f) -> Sums {
  return Sums(bias.xy, bias.xy);
}

fn add_points(sums: Sums, i: u32, at: u32, point: u32) -> Sums {
  let m0 = m[at];
  let m1 = m[at + point];
  let m2 = m[at + 2u * point];
  let m3 = m[at + 3u * point];
  let row = vec2f(m0 + m1 + m2, m1 - m2 + m3);
  let power = POWERS[i];
  return Sums(sums.r0 + power.x * row, sums.r1 + power.y * row);
}

fn row_of(sums: Sums, i: u32) -> vec4f {
  return vec4f(select(sums.r1, sums.r0, i == 0u), 0.0, 0.0);
}
