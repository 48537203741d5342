// Mean and squared deviation of a chunk of pixels, for four channels. Each eight pixels have their own mean, from which their
// squares are summed while they are at hand; they join those before them by the formula of Chan, Golub and LeVeque (1979).
// The mean of the squares less the square of the mean would cancel. x [N,H,W,C], parts [chunks,C/4,2]. Frame: each_run.
struct Params { x: Image, count: u32, quads: u32, pixels: u32, length: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> parts: array<vec4f>;
const HELD = 8u;

fn run(i: u32, first: u32, pixels: u32, c: u32) {
  var at = run_place(params.x, first, c);
  var mean = vec4f(0.0);
  var squares = vec4f(0.0);
  for (var done = 0u; done < pixels; done += HELD) {
    let some = min(HELD, pixels - done);
    var held: array<vec4f, HELD>;
    var sum = vec4f(0.0);
    for (var k = 0u; k < HELD; k++) {
      if (k < some) {
        held[k] = x[address(params.x, at) / 4u];
        sum += held[k];
        at = following(params.x, at);
      }
    }
    let own = sum / f32(some);
    var own_squares = vec4f(0.0);
    for (var k = 0u; k < HELD; k++) {
      let difference = held[k] - own;
      own_squares += select(vec4f(0.0), difference * difference, k < some);
    }
    let share = f32(some) / f32(done + some);
    let apart = own - mean;
    mean += share * apart;
    squares += own_squares + (f32(done) * share) * (apart * apart);
  }
  parts[2u * i] = mean;
  parts[2u * i + 1u] = squares;
}
