import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'

/** A chart in an element: as wide as it, with the colours of the style sheet. `optionsOf` is asked once. */
export function usePlot(
  heightPx: number, optionsOf: (element: HTMLElement) => Omit<uPlot.Options, 'width' | 'height'>, data: uPlot.AlignedData,
): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | null>(null)
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const plot = new uPlot({ ...optionsOf(element), width: element.clientWidth, height: heightPx }, data, element)
    chart.current = plot
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: heightPx }))
    resized.observe(element)
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    const repaint = (): void => plot.redraw()
    scheme.addEventListener('change', repaint)
    return () => {
      resized.disconnect()
      scheme.removeEventListener('change', repaint)
      plot.destroy()
      chart.current = null
    }
  }, [])
  useEffect(() => chart.current?.setData(data), [data])
  return place
}

/** The colour of the element of this class in the chart: the canvas takes them from there, so that they follow the style sheet. */
export function colourIn(element: HTMLElement, name: string): () => string {
  return () => getComputedStyle(element.querySelector(`.${name}`) ?? element).color
}

export function axisIn(element: HTMLElement): uPlot.Axis {
  const grid = colourIn(element, 'chart-grid')
  return {
    font: `12px ${getComputedStyle(element).fontFamily}`, stroke: colourIn(element, 'chart-text'),
    grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1, size: 4 },
  }
}
