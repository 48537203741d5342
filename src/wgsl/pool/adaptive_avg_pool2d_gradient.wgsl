// dx = sum of dy / area of the windows that hold the pixel. Those are a window too: along one axis, pixel h of H lies in the windows
// floor(h*P/H) up to, without, ceil((h+1)*P/H). dy [N,P,Q,C], dx [N,H,W,C]. Frame: each_run.
struct Params { dy: Image, dx: Image, count: u32, quads: u32, pixels: u32, length: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dx: array<Quad>;

fn run(i: u32, first: u32, pixels: u32, c: u32) {
  let global = params.dy.height * params.dy.width == 1u;
  let area = f32(params.dx.height * params.dx.width);
  let keep = kept(params.dx, c);
  var at = run_place(params.dx, first, c);
  for (var done = 0u; done < pixels; done++) {
    var sum = vec4f(0.0);
    if (global) { sum = vec4f(dy[address(params.dy, Place(at.n, 0u, 0u, c)) / 4u]) / area; } else { sum = gathered(at); }
    dx[address(params.dx, at) / 4u] = Quad(select(vec4f(0.0), sum, keep));
    at = following(params.dx, at);
  }
}

fn gathered(at: Place) -> vec4f {
  let rows = window(at.h, params.dy.height, params.dx.height);
  let columns = window(at.w, params.dy.width, params.dx.width);
  var sum = vec4f(0.0);
  for (var p = rows.x; p < rows.y; p++) {
    let tall = window(p, params.dx.height, params.dy.height);
    for (var q = columns.x; q < columns.y; q++) {
      let broad = window(q, params.dx.width, params.dy.width);
      let area = (tall.y - tall.x) * (broad.y - broad.x);
      sum += vec4f(dy[address(params.dy, Place(at.n, p, q, at.c)) / 4u]) / f32(area);
    }
  }
  return sum;
}
