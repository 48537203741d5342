// What a window of max pooling gives: dy to the pixel that was chosen, as max_pool2d_choices.wgsl has it. choices [N,P,Q,C/4].
@group(0) @binding(4) var<storage, read> choices: array<Packed>;
struct Window { chosen: vec4u, dy: vec4f }

fn visit(at: Place) -> Window {
  let pixel = (at.n * params.dy.height + at.h) * params.dy.width + at.w;
  let chosen = unpacked(choices[pixel * (params.dy.written / 4u) + at.c / 4u]);
  return Window(chosen, vec4f(dy[address(params.dy, at) / 4u]));
}

fn part(window: Window, index: u32) -> vec4f {
  return select(vec4f(0.0), window.dy, window.chosen == vec4u(index));
}
