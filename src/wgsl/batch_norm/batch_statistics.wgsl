// Mean and squared deviation of a chunk of pixels, for four channels. Each eight pixels have their own mean, from which their
// squares are summed while they are at hand; they join those before them by the formula of Chan, Golub and LeVeque (1979).
// The mean of the squares less the square of the mean would cancel. x [N,H,W,C], parts [chunks,C/4,2]. Frame: each_run.
struct Params { x: Image, count: u32, quads: u32, pixels: u32, length: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> parts: array<vec4f>;

struct Spread { mean: vec4f, squares: vec4f }

fn run(i: u32, first: u32, pixels: u32, c: u32) {
  var at = run_place(params.x, first, c);
  var all = Spread(vec4f(0.0), vec4f(0.0));
  var done = 0u;
  for (; done + 8u <= pixels; done += 8u) { all = joined(all, f32(done), eight(&at), 8.0); }
  for (; done < pixels; done++) { all = joined(all, f32(done), Spread(take(&at), vec4f(0.0)), 1.0); }
  parts[2u * i] = all.mean;
  parts[2u * i + 1u] = all.squares;
}

fn take(at: ptr<function, Place>) -> vec4f {
  let value = vec4f(x[address(params.x, *at) / 4u]);
  *at = following(params.x, *at);
  return value;
}

// Written out, because software drivers keep an array in memory.
fn eight(at: ptr<function, Place>) -> Spread {
  let v0 = take(at);
  let v1 = take(at);
  let v2 = take(at);
  let v3 = take(at);
  let v4 = take(at);
  let v5 = take(at);
  let v6 = take(at);
  let v7 = take(at);
  let mean = (((v0 + v1) + (v2 + v3)) + ((v4 + v5) + (v6 + v7))) / 8.0;
  let low = (square(v0 - mean) + square(v1 - mean)) + (square(v2 - mean) + square(v3 - mean));
  let high = (square(v4 - mean) + square(v5 - mean)) + (square(v6 - mean) + square(v7 - mean));
  return Spread(mean, low + high);
}

fn square(v: vec4f) -> vec4f {
  return v * v;
}

fn joined(a: Spread, count_a: f32, b: Spread, count_b: f32) -> Spread {
  let share = count_b / (count_a + count_b);
  let apart = b.mean - a.mean;
  return Spread(a.mean + share * apart, a.squares + b.squares + (count_a * share) * square(apart));
}
