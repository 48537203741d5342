// Outer products in subgroups of eight. subgroupBroadcast takes constant lanes only, hence these lines.
const LANES = 8u;

// Four of the weights, a lane, of LANES filters.
struct Sums { s0: vec4f, s1: vec4f, s2: vec4f, s3: vec4f, s4: vec4f, s5: vec4f, s6: vec4f, s7: vec4f }

// What four pixels show of them.
struct Pixels { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

fn add(sum: vec4f, held: vec4f, seen: Pixels) -> vec4f {
  let near = fma(vec4f(held.y), seen.b, fma(vec4f(held.x), seen.a, sum));
  return fma(vec4f(held.w), seen.d, fma(vec4f(held.z), seen.c, near));
}

// Adds the products of what each lane holds of four pixels, for one filter, with what they show.
fn outer(sums: Sums, held: vec4f, seen: Pixels) -> Sums {
  return Sums(
    add(sums.s0, subgroupBroadcast(held, 0u), seen),
    add(sums.s1, subgroupBroadcast(held, 1u), seen),
    add(sums.s2, subgroupBroadcast(held, 2u), seen),
    add(sums.s3, subgroupBroadcast(held, 3u), seen),
    add(sums.s4, subgroupBroadcast(held, 4u), seen),
    add(sums.s5, subgroupBroadcast(held, 5u), seen),
    add(sums.s6, subgroupBroadcast(held, 6u), seen),
    add(sums.s7, subgroupBroadcast(held, 7u), seen),
  );
}

fn store_all(sums: Sums, i: u32, k: u32, to: u32) {
  store(sums.s0, i, k, to);
  store(sums.s1, i, k + 1u, to);
  store(sums.s2, i, k + 2u, to);
  store(sums.s3, i, k + 3u, to);
  store(sums.s4, i, k + 4u, to);
  store(sums.s5, i, k + 5u, to);
  store(sums.s6, i, k + 6u, to);
  store(sums.s7, i, k + 7u, to);
}
