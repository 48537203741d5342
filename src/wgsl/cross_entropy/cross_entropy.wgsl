// Cross-entropy: the sum over the classes of what is wanted times its surprise. y gets an image's loss, and what it weighs in a mean.
// x [N,C], t [N,1] or [N,C], y [N,2] or [N,1]. Frame: each_pixel or each_pixel_wide, a pixel being an image.
struct Params { x: Image, t: Image, y: Image, targets: Targets, count: u32, has_rubbish: u32, rubbish: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad>;

fn pixel(at: Place, first: u32) {
  let row = address(params.x, at) / 4u;
  let over = normaliser(row, first);
  var parts = vec4f(0.0);
  for (var quad = first; quad < params.x.written / 4u; quad += SHARES) {
    let share = select(vec4f(0.0), wanted(at, 4u * quad), kept(params.x, 4u * quad));
    // What is not wanted may be infinitely surprising.
    parts += select(share * surprise(vec4f(x[row + quad]), over), vec4f(0.0), share == vec4f(0.0));
  }
  let made = vec4f(total(parts, first), weight_of(at), 0.0, 0.0);
  let row_y = address(params.y, at) / 4u;
  for (var quad = first; quad < params.y.written / 4u; quad += SHARES) {
    y[row_y + quad] = Quad(select(vec4f(0.0), made, kept(params.y, 4u * quad)));
  }
}
