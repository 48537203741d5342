// Outer products in subgroups of four. subgroupBroadcast takes constant lanes only, hence these lines.
const LANES = 4u;

// Four sums a lane for each lane.
struct Sums { s0: vec4f, s1: vec4f, s2: vec4f, s3: vec4f }

// What each lane sees for its four sums, four times.
struct Seen { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

fn add(sum: vec4f, held: vec4f, seen: Seen) -> vec4f {
  let near = fma(vec4f(held.y), seen.b, fma(vec4f(held.x), seen.a, sum));
  return fma(vec4f(held.w), seen.d, fma(vec4f(held.z), seen.c, near));
}

// Adds the products of the four numbers that each lane holds with what all lanes see.
fn outer(sums: Sums, held: vec4f, seen: Seen) -> Sums {
  return Sums(
    add(sums.s0, subgroupBroadcast(held, 0u), seen),
    add(sums.s1, subgroupBroadcast(held, 1u), seen),
    add(sums.s2, subgroupBroadcast(held, 2u), seen),
    add(sums.s3, subgroupBroadcast(held, 3u), seen),
  );
}

// The same for one number a lane.
fn outer_one(sums: Sums, held: f32, seen: vec4f) -> Sums {
  return Sums(
    fma(vec4f(subgroupBroadcast(held, 0u)), seen, sums.s0),
    fma(vec4f(subgroupBroadcast(held, 1u)), seen, sums.s1),
    fma(vec4f(subgroupBroadcast(held, 2u)), seen, sums.s2),
    fma(vec4f(subgroupBroadcast(held, 3u)), seen, sums.s3),
  );
}

// By a lane's four sums, those for four lanes from `first` on.
fn four_of(sums: Sums, first: u32) -> mat4x4f {
  return transpose(mat4x4f(sums.s0, sums.s1, sums.s2, sums.s3));
}
