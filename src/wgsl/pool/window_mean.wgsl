// What a window of average pooling gives: to each of its pixels dy over its divisor, the area that avg_pool2d.wgsl counts.
struct Window { mean: vec4f }

fn visit(at: Place) -> Window {
  let rows = counted(at.h * params.stride_h, params.kernel_h, params.pad_top, params.dx.height, params.pad_bottom);
  let columns = counted(at.w * params.stride_w, params.kernel_w, params.pad_left, params.dx.width, params.pad_right);
  return Window(vec4f(dy[address(params.dy, at) / 4u]) / f32(max(rows * columns, 1u)));
}

// Pixels that count along one axis, of a window that begins at `start` of the padded image.
fn counted(start: u32, kernel: u32, before: u32, size: u32, after: u32) -> u32 {
  let padded = params.include_padding == 1u;
  let least = select(before, 0u, padded);
  let most = before + size + select(0u, after, padded);
  return min(start + kernel, most) - max(start, least);
}

fn part(window: Window, index: u32) -> vec4f {
  return window.mean;
}
