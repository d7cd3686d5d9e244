/** A clean sheet of some CSS pixels, sharp on any screen. */
export function sheetOf(
  canvas: HTMLCanvasElement | null,
  width: number,
  height: number,
): CanvasRenderingContext2D | undefined {
  if (canvas === null || width === 0 || height === 0) return undefined
  canvas.width = Math.round(width * devicePixelRatio)
  canvas.height = Math.round(height * devicePixelRatio)
  const context = canvas.getContext('2d') ?? undefined
  context?.scale(devicePixelRatio, devicePixelRatio)
  return context
}
