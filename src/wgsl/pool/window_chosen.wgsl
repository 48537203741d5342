// As window_stored.wgsl where each window is visited once: its pixel is chosen there and then.
struct Window { chosen: vec4u, dy: vec4f }

fn visit(at: Place) -> Window {
  return Window(choose(at), vec4f(dy[address(params.dy, at) / 4u]));
}

fn part(window: Window, index: u32) -> vec4f {
  return select(vec4f(0.0), window.dy, window.chosen == vec4u(index));
}
