// What depthwise kernels begin and end with: the first of the DOWN by ACROSS pixels that an invocation makes in a channel, and the
// store of four neighbours of a row, those past the edge thrown away.
fn first_pixel(id: vec3u) -> Place {
  let lines = (params.y.height + DOWN - 1u) / DOWN;
  let n = id.z / lines;
  return Place(n, (id.z - n * lines) * DOWN, id.y * ACROSS, id.x);
}

fn store(value: vec4f, at: Place) {
  let added = vec4f(
    load_residual(at), load_residual(beside(at, 1u)), load_residual(beside(at, 2u)), load_residual(beside(at, 3u)),
  );
  let result = select(vec4f(0.0), activate(value + added), at.c < params.y.channels);
  let to = address(params.y, at);
  if (at.w < params.y.width) { y[to] = Scalar(result.x); }
  if (at.w + 1u < params.y.width) { y[to + params.y.pixel] = Scalar(result.y); }
  if (at.w + 2u < params.y.width) { y[to + 2u * params.y.pixel] = Scalar(result.z); }
  if (at.w + 3u < params.y.width) { y[to + 3u * params.y.pixel] = Scalar(result.w); }
}
